import { noteLoading } from './cookie-lifetime.ts'
import { type LiveSession, noteOf, type Provenance } from './live-session.ts'

/**
 * The key under which a provenance travels through the host, which copies nothing but enumerable string keys. It is on
 * the session only between `get` and our hook, and after `reload()` until the next save.
 */
export const CARRIER_KEY = '$storedSession'

/** Carries a provenance; invisible to the host's comparison, which goes through JSON. */
class Carrier {
  readonly #provenance: Provenance
  readonly #loadedAt = Date.now()

  constructor(provenance: Provenance) {
    this.#provenance = provenance
  }

  /** Moves what a session carries to where only its note has it. */
  static unload(session: LiveSession): void {
    const carrier = session[CARRIER_KEY]
    if (!(carrier instanceof Carrier)) return
    delete session[CARRIER_KEY]
    noteOf(session).provenance = carrier.#provenance
    noteLoading(session, carrier.#loadedAt)
  }

  toJSON(): undefined {
    return undefined
  }
}

/** Makes what `get` puts under {@link CARRIER_KEY}. */
export function carrierOf(provenance: Provenance): object {
  return new Carrier(provenance)
}

/** The provenance of a live session, or undefined for one that was never stored; takes the carrier off the session. */
export function provenanceOf(session: object): Provenance | undefined {
  if (CARRIER_KEY in session) Carrier.unload(session as LiveSession)
  return noteOf(session).provenance
}

/** Notes what a live session is now equal to. */
export function setProvenance(session: object, provenance: Provenance): void {
  noteOf(session).provenance = provenance
}

/** Whether the request of a live session holds an id that is not the present one. */
export function isFormer(session: object): boolean {
  return (provenanceOf(session)?.isFormer ?? false) || noteOf(session).isFormer
}
