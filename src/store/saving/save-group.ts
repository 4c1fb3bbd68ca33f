import { setTimeout as sleep } from 'node:timers/promises'
import type { EndReason, SessionRow } from '../../database/contract/session-database.ts'
import { OverloadedError, UnavailableError } from '../../errors.ts'
import { UnreadablePayload } from '../../payload/sealed-payload.ts'
import { Deferred } from '../../time/deferred.ts'
import type { StoreCore } from '../core/core.ts'
import type { Operation } from '../core/operation.ts'
import { recordWrite } from '../history/session-changes.ts'
import { noteOf } from '../live/live-session.ts'
import { markGone } from '../requests/ending.ts'
import { type OpenedRow, openCurrent } from '../requests/opened-row.ts'
import { sealedRow } from '../requests/sealed-row.ts'
import { renewedRow } from '../rotation/following.ts'
import { UserChange } from '../users/max-per-user.ts'
import { mergedDraft } from './merged-draft.ts'
import { carriedBy, changeTo } from './row-change.ts'
import { type Draft, draftOf, keep, noteAttempt, type Save, takeBack } from './save-draft.ts'

/** The outcome of a save. */
export type SaveOutcome = 'unchanged' | 'saved' | 'gone'

/** A save whose caller waits. */
class Waiting extends Deferred<SaveOutcome> {
  readonly core: StoreCore
  readonly operation: Operation
  readonly save: Save

  constructor(core: StoreCore, operation: Operation, save: Save) {
    super()
    this.core = core
    this.operation = operation
    this.save = save
  }
}

/**
 * How many saves of one session are merged at a time, which blocks the process, and how many may wait, because further
 * saves would not run in time.
 */
const GROUPS = { together: 100, waiting: 1_000 }
/** A save gives up after this many lost races. Each race is lost to a save that succeeded, so work always continues. */
const ATTEMPTS = 100
const LONGEST_PAUSE_MS = 50

/**
 * Stores a save after the earlier saves of its session. All saves that wait for the same turn are merged and written
 * together. A save that still waits at its timeout is not written any more.
 *
 * @throws `FST_STORED_SESSION_OVERLOADED` when too many saves wait
 */
export function storeInTurn(core: StoreCore, operation: Operation, save: Save): Promise<SaveOutcome> {
  const one = new Waiting(core, operation, save)
  if (!core.turns.join(save.sid.toString('latin1'), one, storeGroup, GROUPS)) one.reject(new OverloadedError())
  return one.promise
}

async function storeGroup(group: readonly Waiting[]): Promise<void> {
  const { core, save } = group[0]!
  // Most applications have no limit, and then a save waits for nothing that concerns one.
  const change = core.userLimit && new UserChange(core, save.sid)
  try {
    const storing = store(group, change)
    const tell = await (change ? storing.finally(() => change.settle()) : storing)
    tell()
  } catch (error) {
    // An invalid save must not fail the other saves, so each one runs alone.
    const isTheirs = group.length > 1 && (error as { statusCode?: unknown }).statusCode !== 503
    if (isTheirs) for (const one of group) await storeGroup([one])
    else for (const { reject } of group) reject(error)
  }
}

/** The saves whose callers still wait. The other callers got an error, so their saves must not be stored. */
const inTime = (group: readonly Waiting[]) =>
  group.filter(({ operation: { deadline }, reject }) => {
    if (deadline.isPast) reject(deadline.fault())
    return !deadline.isPast
  })

/** Repeats the write until no other process is quicker. Returns the function that answers the waiting callers. */
async function store(waiting: readonly Waiting[], change: UserChange | undefined): Promise<() => void> {
  let group = inTime(waiting)
  for (let attempt = 1; attempt <= ATTEMPTS && group.length > 0; attempt++) {
    const isAlone = attempt === 1 && group.length === 1 && !group[0]!.save.update
    const draft = isAlone ? draftOf(group[0]!.save) : await nextDraft(group, attempt)
    if (typeof draft === 'string') return () => tellGone(group, draft)
    group = inTime(group)
    if (draft.taken.length === 0) return () => tellSaved(group, draft)
    let isWritten = false
    try {
      isWritten = group.length > 0 && (await write(group, draft, change))
    } finally {
      if (!isWritten) takeBack(draft)
    }
    if (isWritten) return () => tellSaved(group, draft)
  }
  if (group.length > 0) throw new UnavailableError({ cause: new Error(`a save lost ${ATTEMPTS} races in turn`) })
  return () => {}
}

/** The next draft, or why there is no session to write to. */
async function nextDraft(group: readonly Waiting[], attempt: number): Promise<Draft | EndReason> {
  const saves = group.map((one) => one.save)
  const { core, operation, save } = group[0]!
  // The pause comes before the read, so that the read is as fresh as possible at the write.
  if (attempt > 2) await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt))
  const row = await core.rows.find(save.sid, operation.measures)
  const renewed = row?.endReason === 'rotated' ? await renewedFrom(core, operation, row, save) : undefined
  const held = renewed ? { share: renewed.followed.share } : save.held
  const opened = row && (await openCurrent(core, operation, renewed?.row ?? row, held))
  if (opened && 'reason' in opened) return opened.reason
  // Without a base, the row that refused the INSERT may have been trimmed since, so an INSERT can succeed now.
  if (!opened && saves.some(({ base }) => base)) return 'unknown'
  const draft = await mergedDraft(core, opened as OpenedRow | undefined, saves, renewed?.followed)
  // The place of the user is reserved for the row of the earlier id.
  const isRefusable = renewed && core.userLimit?.evict === 'refuse'
  if (!isRefusable || draft.userId === core.userOf((opened as OpenedRow).content)) return draft
  takeBack(draft)
  return 'rotated'
}

/** The row of a session whose id `rotateEvery` renewed meanwhile, which takes the changes of this request too. */
async function renewedFrom(core: StoreCore, { measures }: Operation, row: SessionRow, { held }: Save) {
  try {
    return await renewedRow(core, measures, row, held)
  } catch (error) {
    if (error instanceof UnreadablePayload) return undefined
    throw error
  }
}

function tellGone(group: readonly Waiting[], reason: EndReason): void {
  for (const { core, save, resolve } of group) resolve(markGone(core, save, reason))
}

function tellSaved(group: readonly Waiting[], { foreign, failed }: Draft): void {
  // A foreign save keeps the cookie, because the id is current and only the user differs.
  for (const { core, save, resolve, reject } of group) {
    if (failed.includes(save)) reject(save.update!.failure)
    else resolve(foreign.includes(save) ? markGone(core, save, 'rotated') : 'saved')
  }
}

/** Writes a draft of the saves that still wait; false when another process was quicker. */
async function write(group: readonly Waiting[], draft: Draft, change: UserChange | undefined): Promise<boolean> {
  const { core, operation, save } = group[0]!
  // A save in the draft has reached its timeout, so the draft must be made again.
  if (draft.taken.length + draft.foreign.length + draft.failed.length > group.length) return false
  const { base, plaintext, userId, followed } = draft
  if (base && Buffer.compare(base.plaintext, plaintext) === 0) {
    keep(core, draft, base)
    return true
  }
  if (change) await change.begin(base, userId)
  const place = followed ? { sid: followed.sid, share: followed.share } : { sid: save.sid, ...save.held }
  const sealing = sealedRow(core, operation, { ...place, createdAt: base?.createdAt }, draft, carriedBy(draft))
  const row = sealing instanceof Promise ? await sealing : sealing
  if (group.some(({ operation: { deadline } }) => deadline.isPast)) return false
  const writing = base
    ? core.rows.update(changeTo(core, row, base, draft), operation.measures)
    : core.rows.insert({ ...row, version: 1, endedAt: null, endReason: null }, operation.measures)
  const isWritten = await writing.catch((error) => {
    noteAttempt(draft)
    throw error
  })
  if (!isWritten) return false
  keep(core, draft, {
    version: (base?.version ?? 0) + 1,
    createdAt: row.createdAt,
    plaintext,
    isJsonVisible: false,
    metadata: row.metadata,
    binding: row.binding,
  })
  if (!base) for (const { session } of draft.taken) noteOf(session).isFirst = true
  const recorded = core.history && recordWrite(core, { ...save, ...previousOf(group), sid: row.sid, base, userId })
  if (change) await change.end(base, userId)
  if (recorded) await recorded
  return true
}

const previousOf = (group: readonly Waiting[]) => ({
  previousId: group.find(({ save }) => save.previousId)?.save.previousId,
})
