import { type CookieLifetime, type LiveCookie, noteLoading } from './cookie-lifetime.ts'
import { notes } from './notes.ts'

/** One version of a stored session: what a save compares with and builds on. */
export interface StoredVersion {
  readonly version: number
  readonly createdAt: number
  /** The plaintext as loaded or last saved. */
  readonly plaintext: Uint8Array
  /** Whether JSON told everything about it when it was loaded; then it also has one encoding alone. */
  readonly isTransparent: boolean
}

/** Where the content of a live session comes from. */
export interface Provenance extends StoredVersion {
  /** Whether loading it renewed its last use, so that its cookie should be renewed too. */
  readonly touched: boolean
  /** Whether it was read by an id that has been rotated: then it is to be read and no more. */
  readonly isFormer: boolean
  readonly lifetime: CookieLifetime
  /** The last use as far as it is known here, epoch milliseconds; others may have used it later. */
  readonly usedAt: number
  /** Whether a statement of this very request wrote it, so that its id is the present one. */
  readonly isWritten: boolean
}

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

  /** Moves what a session carries to where only this file sees it. */
  static unload(session: Record<string, unknown>): void {
    const carrier = session[CARRIER_KEY]
    if (!(carrier instanceof Carrier)) return
    delete session[CARRIER_KEY]
    provenances.set(session, carrier.#provenance)
    noteLoading(session.cookie as LiveCookie | undefined, carrier.#loadedAt)
  }

  toJSON(): undefined {
    return undefined
  }
}

const provenances = notes<Provenance>()

/** Makes what `get` puts under {@link CARRIER_KEY}. */
export function carrierOf(provenance: Provenance): object {
  return new Carrier(provenance)
}

/** The provenance of a live session, or undefined for one that was never stored; takes the carrier off the session. */
export function provenanceOf(session: Record<string, unknown>): Provenance | undefined {
  if (CARRIER_KEY in session) Carrier.unload(session)
  return provenances.get(session)
}

/** Notes what a live session is now equal to. */
export function setProvenance(session: object, provenance: Provenance): void {
  provenances.set(session, provenance)
}
