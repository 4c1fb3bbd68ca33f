/** The most that is remembered of each kind. */
const MOST = 10_000

/** Why a reused id has no session. */
export type ReuseReason = 'rotated' | 'reused'

/** Old ids whose reuse was reported, by their sids, so that repeating one costs no more and tells nothing twice. */
export class KnownReuses {
  readonly #reasons = new Map<string, ReuseReason>()

  /** The reason as first found, or undefined. */
  of(sid: Buffer): ReuseReason | undefined {
    return this.#reasons.get(sid.toString('latin1'))
  }

  note(sid: Buffer, reason: ReuseReason): ReuseReason {
    addBounded(this.#reasons, sid.toString('latin1'), reason)
    return reason
  }
}

/** The same change of a session is reported once in this time, in milliseconds. */
const QUIET_MS = 60 * 60 * 1000

/** Changes that were reported recently: two clients in turn would report the same two with every request. */
export class KnownChanges {
  readonly #times = new Map<string, number>()

  /** Whether a change is to be reported, which then counts as reported. */
  isFirst(change: string): boolean {
    const now = Date.now()
    if (now - (this.#times.get(change) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return false
    addBounded(this.#times, change, now)
    return true
  }
}

// A Map keeps the order of insertion, so its first entry is the oldest.
function addBounded<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  if (map.size >= MOST) map.delete(map.keys().next().value as string)
  map.set(key, value)
}
