import type { EndReason, SessionRow } from '../../database/contract/session-database.ts'
import type { PayloadPlace } from '../../payload/codec.ts'
import { sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import type { Happening, SessionHistory } from '../core/history.ts'
import { absoluteDeadline, deadlineOf } from '../core/lifetime.ts'
import type { SessionContent } from '../live/content.ts'
import { noteOf, type StoredVersion } from '../live/live-session.ts'

/*
 * What requests record. Each function returns a promise only where its caller has to wait for it, with `strict`.
 */
type Recorded = Promise<unknown> | undefined

/** A write of a row. */
interface Written {
  readonly sid: Buffer
  readonly session: object
  /** The id of the session that this one replaces. */
  readonly previousId?: string | undefined
  /** The version that was replaced; undefined for a new row. */
  readonly base: StoredVersion | undefined
  readonly userId: string | null
}

/** Records that a session was stored for the first time, or that its user changed. */
export function recordWrite(core: StoreCore, { sid, session, previousId, base, userId }: Written): Recorded {
  const { history } = core
  if (!history) return undefined
  history.noteOwner(sid, userId)
  const { visitor } = noteOf(session)
  const one = { sid, userId, visitor }
  if (base) return recordUser(history, one, ownerIn(core, base.plaintext))
  const regenerated: Happening[] =
    previousId === undefined ? [] : [{ ...one, kind: 'regenerated', details: { previousSid: sidOf(previousId) } }]
  return all(history, [{ ...one, kind: 'created' }, ...regenerated])
}

/** One event for each of the two users, so that none names the other and both can be forgotten apart. */
function recordUser(history: SessionHistory, one: Omit<Happening, 'kind'>, owner: string | null): Recorded {
  const { userId } = one
  if (owner === userId) return undefined
  const left: Happening = { ...one, kind: 'user', userId: owner, details: { reason: 'left' } }
  return all(history, [
    ...(owner === null ? [] : [left]),
    ...(userId === null ? [] : [{ ...one, kind: 'user' } as const]),
  ])
}

interface RotatedFrom {
  readonly previousSid: Buffer
  /** Whether `rotateEvery` rotated the id. */
  readonly isRenewal?: boolean | undefined
}

/** Records that a session continues under another id. */
export function recordRotation(
  { history }: StoreCore,
  { sid, previousSid, session, userId, isRenewal }: Omit<Written, 'base' | 'previousId'> & RotatedFrom,
): Recorded {
  history?.noteOwner(sid, userId)
  const details = isRenewal ? { previousSid, reason: 'renewed' } : { previousSid }
  return history?.record({ sid, kind: 'rotated', userId, visitor: noteOf(session).visitor, details })
}

/** Who ended a session: its request, by the live session or by its id, or an operator. */
interface EndedBy {
  readonly session?: object | undefined
  readonly id?: string | undefined
  readonly actor?: string | undefined
}

/** Records the end of a session. */
export function recordEnd(
  { history }: StoreCore,
  sid: Buffer,
  reason: EndReason,
  userId: string | null,
  { session, id, actor }: EndedBy = {},
): Recorded {
  if (!history) return undefined
  const details = actor === undefined ? { reason } : { reason, actor }
  const visitor = session ? noteOf(session).visitor : id === undefined ? undefined : history.visitorOf(id)
  return history.record({ sid, kind: 'ended', userId, details, visitor })
}

/** Records that an old id was reused: by `visitor`, while `holder` uses the current one. */
export function recordReuse(
  { history }: StoreCore,
  { previousSid, holder, ...known }: Known & { previousSid: Buffer; holder?: Buffer | undefined },
): Recorded {
  return history?.record({ ...known, kind: 'reused', details: { previousSid, ...(holder && { holder }) } })
}

/** A session at the time of an event. */
type Known = Pick<Happening, 'sid' | 'userId' | 'visitor'>

/** Records that a session was bound to a device. */
export function recordBinding({ history }: StoreCore, known: Known): Recorded {
  history?.noteOwner(known.sid, known.userId)
  return history?.record({ ...known, kind: 'bound' })
}

/** Records that a request named a bound session without a proof of its device, in the background. */
export function recordUnproven(
  core: StoreCore,
  sid: Buffer,
  content: SessionContent,
  visitor: Happening['visitor'],
): void {
  const { history, unproven } = core
  if (!history || !unproven.isFew(sid.toString('latin1'))) return
  history.record({ sid, kind: 'unproven', userId: ownerOf(core, content), visitor })?.catch(() => {})
}

/** Records that a sign-in was refused, because its user has too many sessions. */
export function recordRefusal({ history }: StoreCore, sid: Buffer, userId: string): Recorded {
  return history?.record({ sid, kind: 'refused', userId })
}

type Held = Pick<PayloadPlace, 'id' | 'share'>

/**
 * The owner of a session that is about to end: its row loses the user. Reads the row only for a session that this
 * process did not use recently.
 */
export async function ownerBeforeEnd(
  core: StoreCore,
  sid: Buffer,
  held: Held,
  loaded: StoredVersion | undefined,
): Promise<string | null> {
  if (loaded) return ownerIn(core, loaded.plaintext)
  const known = core.history?.ownerOf(sid)
  if (known !== undefined) return known
  const row = await core.rows.find(sid)
  return row ? ((await openedQuietly(core, row, held))?.userId ?? null) : null
}

/**
 * Records that a request found a session expired, in the background. Every process that finds it gives the event the
 * same id, so it is stored once.
 */
export async function recordExpiry(
  core: StoreCore,
  row: SessionRow,
  reason: 'idle' | 'absolute',
  held: Held,
): Promise<void> {
  const { limits, history } = core
  if (!history) return
  const { sid, createdAt, touchedAt, expiresAt } = row
  const opened = await openedQuietly(core, row, held)
  const deadline = opened ? deadlineOf(limits, opened.content.cookie, createdAt, touchedAt) : expiresAt
  const agreedAt = Math.min(deadline, expiresAt, absoluteDeadline(limits, createdAt))
  // A manual edit can put any value into the row, and SQLite stores text in a numeric column.
  if (!(Number.isSafeInteger(agreedAt) && agreedAt > 0 && agreedAt <= Date.now())) return
  void history.record({ sid, kind: 'ended', userId: opened?.userId ?? null, details: { reason }, agreedAt })
}

/** Notes the owner of a session that a request uses. */
export function noteOwner(core: StoreCore, sid: Buffer, content: SessionContent): void {
  core.history?.noteOwner(sid, ownerOf(core, content))
}

async function openedQuietly(core: StoreCore, row: SessionRow, held: Held) {
  try {
    const plaintext = await core.codec.open({ sid: row.sid, createdAt: row.createdAt, ...held }, row.data)
    const content = core.codec.deserialize(plaintext) as SessionContent
    return { content, userId: ownerOf(core, content) }
  } catch {
    return undefined
  }
}

/** The owner of a session by its content; null where the option `user` refuses what an earlier release stored. */
export const ownerIn = (core: StoreCore, plaintext: Uint8Array) =>
  ownerOf(core, core.codec.deserialize(plaintext) as SessionContent)

/** The user of a session. The option `user` may refuse content that an earlier release of the application stored. */
export function ownerOf({ userOf }: StoreCore, content: SessionContent): string | null {
  try {
    return userOf(content)
  } catch {
    return null
  }
}

/** A rejection that the caller does not wait for must not be uncaught. */
function all(history: SessionHistory, happenings: readonly Happening[]): Recorded {
  const recorded = happenings.map((happening) => history.record(happening)).filter((one) => one !== undefined)
  if (recorded.length === 0) return undefined
  const whole = Promise.all(recorded)
  whole.catch(() => {})
  return whole
}
