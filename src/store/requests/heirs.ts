import { formatSid, sidOf } from '../../payload/session-id.ts'
import type { SessionEventEmitter } from '../core/events.ts'
import { type LiveSession, noteOf } from '../live/live-session.ts'
import type { Finding } from './ending.ts'

/** How the old session of a `regenerate()` ended, for a host that does not say that it regenerates. */
export interface Succession {
  readonly oldId: string
  /** Why the old session could not be ended. */
  readonly error: unknown
  /** Whether it had already ended, or was ended by an old id: then no session may get its content. */
  readonly wasOver: boolean
}

export function successionOf(oldId: string, error: unknown, finding: Finding | undefined): Succession {
  return { oldId, error, wasOver: finding === 'over' || finding === 'followed' }
}

/** Begins the new session of a `regenerate()`, and removes its content if the old session had already ended. */
export function beginHeir(events: SessionEventEmitter, heir: LiveSession, { oldId, error, wasOver }: Succession): void {
  const note = noteOf(heir)
  note.origin = 'new'
  if (error) note.isRefused = true
  if (!error && wasOver && !isEmpty(heir)) disinherit(events, heir, oldId, false)
}

/** Removes the content that a new session must not get from an old one, and emits an event. */
export function disinherit(events: SessionEventEmitter, heir: LiveSession, oldId: string, isByOldId: boolean): void {
  for (const key of Object.keys(heir)) if (key !== 'cookie') delete heir[key]
  if (isByOldId) noteOf(heir).isWithheld = true
  events.emit('gone', { sid: formatSid(sidOf(oldId)) })
}

/** The session that a new session replaces. */
export interface Predecessor {
  readonly id: string
  /** Whether it was in the database, as far as this process knows. */
  readonly wasStored: boolean
  /** Ends the session; an old id ends none. */
  end(): Promise<Finding>
}

/** Whether a new session got nothing and is still empty, so that the browser keeps its cookie. */
export function isWithheld(session: object): boolean {
  return noteOf(session).isWithheld && isEmpty(session)
}

export const isEmpty = (session: object) => Object.keys(session).every((key) => key === 'cookie')
