import { formatSid, sidOf } from '../payload/session-id.ts'
import type { Finding } from './ending.ts'
import type { SessionEventEmitter } from './events.ts'
import { type LiveSession, noteOf } from './live-session.ts'
import { provenanceOf } from './provenance.ts'

/** How the old session of a `regenerate()` was found, while its new one begins. */
export interface Succession {
  readonly oldId: string
  /** Why the old session could not be ended. */
  readonly error: unknown
  /** Whether it was over already, or was ended by an old id: its content is nobody's any more. */
  readonly wasOver: boolean
  /** Whether the id is an old one of a session that continues under another id. */
  readonly isByOldId: boolean
}

/** @param replaced - the live session that is replaced, where that is known */
export function successionOf(
  oldId: string,
  error: unknown,
  finding: Finding | undefined,
  replaced: object | undefined,
): Succession {
  // What was loaded once and is not there any more was over too.
  const wasStored = replaced !== undefined && provenanceOf(replaced) !== undefined
  const wasOver = finding === 'over' || finding === 'followed' || (finding === 'absent' && wasStored)
  return { oldId, error, wasOver, isByOldId: finding === 'rotated' }
}

/** Begins the new session of a `regenerate()`: takes from it what the old one had no right to hand over. */
export function beginHeir(
  events: SessionEventEmitter,
  heir: LiveSession,
  { oldId, error, wasOver, isByOldId }: Succession,
): void {
  const note = noteOf(heir)
  note.origin = 'new'
  if (error) note.isRefused = true
  if (error || !(wasOver || isByOldId) || isEmpty(heir)) return
  for (const key of Object.keys(heir)) if (key !== 'cookie') delete heir[key]
  if (isByOldId) note.isWithheld = true
  events.emit('gone', { sid: formatSid(sidOf(oldId)) })
}

/** Whether a new session has nothing of its own yet, so that its browser keeps the cookie that it has. */
export function isWithheld(session: object): boolean {
  return noteOf(session).isWithheld && isEmpty(session)
}

const isEmpty = (session: object) => Object.keys(session).every((key) => key === 'cookie')
