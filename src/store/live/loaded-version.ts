import { noteLoading, noteUnlimited } from './cookie-lifetime.ts'
import { type LiveSession, type LoadedVersion, noteOf } from './live-session.ts'

/**
 * The key that carries a loaded version through the host, which copies only enumerable string keys. The session has it
 * only between `get` and our hook, and after `reload()` until the next save.
 */
export const CARRIER_KEY = '$storedSession'

/** Carries a loaded version. The host does not see it, because the host compares JSON. */
class Carrier {
  readonly #loadedVersion: LoadedVersion
  readonly #loadedAt = Date.now()

  constructor(loadedVersion: LoadedVersion) {
    this.#loadedVersion = loadedVersion
  }

  /** Moves the loaded version from the session to its note. */
  static unload(session: LiveSession): void {
    const carrier = session[CARRIER_KEY]
    if (!(carrier instanceof Carrier)) return
    delete session[CARRIER_KEY]
    noteOf(session).loadedVersion = carrier.#loadedVersion
    noteLoading(session, carrier.#loadedAt)
    if (carrier.#loadedVersion.lifetime.originalMaxAge === null && session.cookie) noteUnlimited(session.cookie)
  }

  toJSON(): undefined {
    return undefined
  }
}

/** The value that `get` puts under {@link CARRIER_KEY}. */
export function carrierOf(loadedVersion: LoadedVersion): object {
  return new Carrier(loadedVersion)
}

/**
 * The version of a live session that was loaded or last saved; undefined for a session that was never stored. Removes
 * the carrier from the session.
 */
export function loadedVersionOf(session: object): LoadedVersion | undefined {
  if (CARRIER_KEY in session) Carrier.unload(session as LiveSession)
  return noteOf(session).loadedVersion
}

/** Notes the stored version that a live session now equals. */
export function setLoadedVersion(session: object, loadedVersion: LoadedVersion): void {
  const note = noteOf(session)
  note.loadedVersion = loadedVersion
  note.attempt = undefined
}

/** Whether the request of a live session holds an id that is not current. */
export function hasOldId(session: object): boolean {
  return (loadedVersionOf(session)?.hasOldId ?? false) || noteOf(session).hasOldId
}
