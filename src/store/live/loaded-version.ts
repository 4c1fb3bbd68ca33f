import { noteLoading } from './cookie-lifetime.ts'
import { type LiveSession, type LoadedVersion, noteOf } from './live-session.ts'

/**
 * The key under which a loaded version travels through the host, which copies nothing but enumerable string keys. It is on
 * the session only between `get` and our hook, and after `reload()` until the next save.
 */
export const CARRIER_KEY = '$storedSession'

/** Carries a loaded version; invisible to the host's comparison, which goes through JSON. */
class Carrier {
  readonly #loadedVersion: LoadedVersion
  readonly #loadedAt = Date.now()

  constructor(loadedVersion: LoadedVersion) {
    this.#loadedVersion = loadedVersion
  }

  /** Moves what a session carries to where only its note has it. */
  static unload(session: LiveSession): void {
    const carrier = session[CARRIER_KEY]
    if (!(carrier instanceof Carrier)) return
    delete session[CARRIER_KEY]
    noteOf(session).loadedVersion = carrier.#loadedVersion
    noteLoading(session, carrier.#loadedAt)
  }

  toJSON(): undefined {
    return undefined
  }
}

/** Makes what `get` puts under {@link CARRIER_KEY}. */
export function carrierOf(loadedVersion: LoadedVersion): object {
  return new Carrier(loadedVersion)
}

/** The version of a live session that was loaded or last saved, or undefined for one that was never stored; takes the carrier off the session. */
export function loadedVersionOf(session: object): LoadedVersion | undefined {
  if (CARRIER_KEY in session) Carrier.unload(session as LiveSession)
  return noteOf(session).loadedVersion
}

/** Notes what a live session is now equal to. */
export function setLoadedVersion(session: object, loadedVersion: LoadedVersion): void {
  noteOf(session).loadedVersion = loadedVersion
}

/** Whether the request of a live session holds an id that is not the present one. */
export function hasOldId(session: object): boolean {
  return (loadedVersionOf(session)?.hasOldId ?? false) || noteOf(session).hasOldId
}
