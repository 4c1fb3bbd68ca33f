import type { FastifyRequest } from 'fastify'
import { noteOf } from '../../store/live/live-session.ts'
import { hasOldId, loadedVersionOf } from '../../store/live/loaded-version.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'

type Session = FastifyRequest['session']

/** When the user of a session last signed in or confirmed; see `provenAt` of `StoredSession`. */
export function provenAt(store: StoredSessionStore, session: Session): Date | undefined {
  const { confirmedAt = 0 } = noteOf(session)
  if (store.knowsUsers) {
    const user = store.userOf(session)
    if (user === undefined) return undefined
    if (user !== store.requests.storedUserOf(session)) return new Date(confirmedAt || Date.now())
  }
  const loaded = loadedVersionOf(session)
  const latest = Math.max(loaded ? (loaded.lifetime.provenAt ?? loaded.createdAt) : 0, confirmedAt)
  return latest > 0 ? new Date(latest) : undefined
}

/** Notes that the user of a session has confirmed; false when the session cannot be changed. */
export function confirm(session: Session): boolean {
  const note = noteOf(session)
  const mayChange = !hasOldId(session) || loadedVersionOf(session)?.followed !== undefined
  if (note.isGone || note.isRefused || note.isWithheld || !mayChange) return false
  note.confirmedAt = Date.now()
  return true
}
