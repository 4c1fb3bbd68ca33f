import { setTimeout as sleep } from 'node:timers/promises'
import type { ListedRow, RowFilter } from '../../database/contract/session-database.ts'
import type { StoreCore } from '../core/core.ts'
import { listingOf } from '../core/core.ts'
import { endNow } from '../core/lifetime.ts'
import { rowsFrom } from '../requests/ending.ts'

/** The user whose sessions end, and the session that continues. */
export interface Others {
  readonly filter: RowFilter
  readonly exceptSid: Buffer
  readonly dryRun: boolean
}

/** Sessions that were created in one millisecond and are listed at a time. */
const PAGE = 1_000
/** A rotation that began so long ago was given up in the middle. Milliseconds. */
const LONGEST_ROTATION_MS = 30_000
/** Looked at for so long at least, as the clock may have jumped since it began. Milliseconds. */
const LOOKED_AT_MS = 1_000
const PAUSE_MS = 10

/**
 * Ends all sessions of a filter but one, which may get another id at any moment meanwhile. Its rows have the date of
 * creation in common. So all of another date end by statements over many; those of its own date are looked at one by one.
 *
 * @param endAll - ends the sessions of a filter, or counts them
 * @returns how many it ended
 */
export async function endOthers(
  core: StoreCore,
  { filter, exceptSid, dryRun }: Others,
  endAll: (filter: RowFilter) => Promise<number>,
): Promise<number> {
  const [row] = await rowsFrom(core, exceptSid)
  // One that is not stored yet may be at any moment.
  if (!row) return endAll({ ...filter, exceptSid })
  const { createdAt } = row
  const { createdFrom = 0, createdBefore = Number.MAX_SAFE_INTEGER } = filter
  const before = await endAll({ ...filter, createdBefore: Math.min(createdBefore, createdAt) })
  const after = await endAll({ ...filter, createdFrom: Math.max(createdFrom, createdAt + 1) })
  const isBeside = createdAt >= createdFrom && createdAt < createdBefore
  const sameMoment = { ...filter, createdFrom: createdAt, createdBefore: createdAt + 1, isUnended: true } as const
  return before + after + (isBeside ? await endBeside(core, { filter: sameMoment, exceptSid, dryRun }) : 0)
}

async function endBeside(core: StoreCore, { filter, exceptSid, dryRun }: Others): Promise<number> {
  const begun = performance.now()
  let ended = 0
  for (;;) {
    const listed = await allOf(core, filter)
    // After they were listed: a row of the session itself has another one that points to it by now.
    const own = (await rowsFrom(core, exceptSid)).map(({ sid }) => sid)
    const others = listed.filter(({ sid }) => !own.some((one) => one.equals(sid)))
    const elapsed = performance.now() - begun
    // Nobody can tell yet whose session it becomes.
    const isOnItsWay = ({ endReason, touchedAt }: ListedRow) =>
      endReason === 'rotating' &&
      elapsed < LONGEST_ROTATION_MS &&
      (elapsed < LOOKED_AT_MS || Date.now() - touchedAt < LONGEST_ROTATION_MS)
    const ending = others.filter((row) => !isOnItsWay(row))
    if (dryRun) return others.filter(({ endReason }) => endReason !== 'rotating').length
    for (const { sid } of ending) if (await core.rows.end(sid, endNow(core, 'revoked'))) ended += 1
    if (others.length === 0) return ended
    if (ending.length === 0) await sleep(PAUSE_MS)
  }
}

async function allOf(core: StoreCore, filter: RowFilter): Promise<ListedRow[]> {
  const all: ListedRow[] = []
  for (;;) {
    const page = await listingOf(core).list(filter, all.at(-1), PAGE)
    all.push(...page)
    if (page.length < PAGE) return all
  }
}
