import { setTimeout as sleep } from 'node:timers/promises'
import type { ListedRow, RowFilter } from '../../database/contract/session-database.ts'
import type { StoreCore } from '../core/core.ts'
import { listingOf } from '../core/core.ts'
import { endNow } from '../core/lifetime.ts'
import { recordEnd } from '../history/session-changes.ts'
import { rowsFrom } from '../rotation/successors.ts'

/** The user whose sessions end, and the session that continues. */
interface Others {
  readonly filter: RowFilter
  readonly exceptSid: Buffer
  readonly dryRun: boolean
  readonly actor: string | undefined
}

/** Sessions of one millisecond that one statement lists. */
const PAGE = 1_000
/** A rotation that began longer ago was interrupted. Milliseconds. */
const LONGEST_ROTATION_MS = 30_000
/** A rotation is observed for at least this time, because the clock may have jumped since it began. Milliseconds. */
const LOOKED_AT_MS = 1_000
const PAUSE_MS = 10

/**
 * Ends all sessions of a filter except one, which may get another id at any moment. All rows of that session have the
 * same date of creation. Statements over many rows end the sessions of other dates, and the sessions of its own date
 * are checked one by one.
 *
 * @param endAll - ends the sessions of a filter, or counts them
 * @returns the number of ended sessions
 */
export async function endOthers(
  core: StoreCore,
  { filter, exceptSid, dryRun, actor }: Others,
  endAll: (filter: RowFilter) => Promise<number>,
): Promise<number> {
  const [row] = await rowsFrom(core, exceptSid)
  // A session that is not stored yet may be stored at any moment.
  if (!row) return endAll({ ...filter, exceptSid })
  const { createdAt } = row
  const { createdFrom = 0, createdBefore = Number.MAX_SAFE_INTEGER } = filter
  const before = await endAll({ ...filter, createdBefore: Math.min(createdBefore, createdAt) })
  const after = await endAll({ ...filter, createdFrom: Math.max(createdFrom, createdAt + 1) })
  const isBeside = createdAt >= createdFrom && createdAt < createdBefore
  const sameMoment = { ...filter, createdFrom: createdAt, createdBefore: createdAt + 1, isUnended: true } as const
  return before + after + (isBeside ? await endBeside(core, { filter: sameMoment, exceptSid, dryRun, actor }) : 0)
}

async function endBeside(core: StoreCore, { filter, exceptSid, dryRun, actor }: Others): Promise<number> {
  const begun = performance.now()
  let ended = 0
  for (;;) {
    const listed = await allOf(core, filter)
    // Read after the listing, because by now another row points to any listed row of the session itself.
    const own = (await rowsFrom(core, exceptSid)).map(({ sid }) => sid)
    const others = listed.filter(({ sid }) => !own.some((one) => one.equals(sid)))
    const elapsed = performance.now() - begun
    // A pending row may become the session that continues, so wait for the end of its rotation.
    const isOnItsWay = ({ endReason, touchedAt }: ListedRow) =>
      endReason === 'rotating' &&
      elapsed < LONGEST_ROTATION_MS &&
      (elapsed < LOOKED_AT_MS || Date.now() - touchedAt < LONGEST_ROTATION_MS)
    const ending = others.filter((row) => !isOnItsWay(row))
    if (dryRun) return others.filter(({ endReason }) => endReason !== 'rotating').length
    for (const { sid, userId } of ending) {
      if (!(await core.rows.end(sid, endNow(core, 'revoked')))) continue
      ended += 1
      await recordEnd(core, sid, 'revoked', userId, { actor })
    }
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
