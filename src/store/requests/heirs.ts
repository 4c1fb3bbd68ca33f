import { formatSid, sidOf } from '../../payload/session-id.ts'
import type { SessionEventEmitter } from '../core/events.ts'
import { type LiveSession, noteOf } from '../live/live-session.ts'
import type { Finding } from './ending.ts'

/** How the old session of a `regenerate()` was found, while its new one begins, where a host does not say what it does. */
export interface Succession {
  readonly oldId: string
  /** Why the old session could not be ended. */
  readonly error: unknown
  /** Whether it was over already, or was ended by an old id: its content is nobody's any more. */
  readonly wasOver: boolean
}

export function successionOf(oldId: string, error: unknown, finding: Finding | undefined): Succession {
  return { oldId, error, wasOver: finding === 'over' || finding === 'followed' }
}

/** Begins the new session of a `regenerate()`: takes from it what the old one had no right to hand over. */
export function beginHeir(events: SessionEventEmitter, heir: LiveSession, { oldId, error, wasOver }: Succession): void {
  const note = noteOf(heir)
  note.origin = 'new'
  if (error) note.isRefused = true
  if (!error && wasOver && !isEmpty(heir)) disinherit(events, heir, oldId, false)
}

/** Takes from a new session what an old one had no right to hand over, and tells of it. */
export function disinherit(events: SessionEventEmitter, heir: LiveSession, oldId: string, isByOldId: boolean): void {
  for (const key of Object.keys(heir)) if (key !== 'cookie') delete heir[key]
  if (isByOldId) noteOf(heir).isWithheld = true
  events.emit('gone', { sid: formatSid(sidOf(oldId)) })
}

/** The session that a new one takes the place of. */
export interface Predecessor {
  readonly id: string
  /** Whether it was in the database, as far as that is known. */
  readonly wasStored: boolean
  /** Ends it; by an old id nothing. */
  end(): Promise<Finding>
}

/** Whether a new session has nothing of its own yet, so that its browser keeps the cookie that it has. */
export function isWithheld(session: object): boolean {
  return noteOf(session).isWithheld && isEmpty(session)
}

export const isEmpty = (session: object) => Object.keys(session).every((key) => key === 'cookie')
