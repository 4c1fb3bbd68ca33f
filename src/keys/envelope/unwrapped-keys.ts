import type { WrappedKey } from '../key-provider.ts'
import { LastFailure } from '../refreshed-keys.ts'
import type { DataKey } from './dated-keys.ts'
import type { KeyService } from './key-service.ts'

/** The time limits for the use of an unwrapped key, in milliseconds. */
export interface HoldLimits {
  /** After this time the service is called again, while the key stays in use. */
  readonly recheckAfter: number
  /** After this time the key neither seals nor opens until the service has answered. */
  readonly refuseAfter: number
}

interface Held {
  readonly key: DataKey
  readonly row: WrappedKey
  /** The time when the service last unwrapped it, epoch milliseconds. */
  readonly since: number
}

/** The pause after a failure before the service is called again for the same key: for requests that need it, ... */
const PAUSE_MS = 1_000
/** ... and in the background. */
const RECHECK_PAUSE_MS = 30_000

/** The keys that the service has unwrapped for this process. Each is unwrapped once, and rechecked later. */
export class UnwrappedKeys {
  readonly #service: KeyService
  readonly #limits: HoldLimits
  readonly #onFailure: (error: Error) => void
  readonly #held = new Map<number, Held>()
  readonly #underWay = new Map<number, Promise<DataKey>>()
  readonly #failed = new Map<number, LastFailure>()

  constructor(service: KeyService, limits: HoldLimits, onFailure: (error: Error) => void) {
    this.#service = service
    this.#limits = limits
    this.#onFailure = onFailure
  }

  /** Synchronous while the key is young enough; undefined for a key that was never unwrapped. */
  get(id: number): DataKey | Promise<DataKey> | undefined {
    const held = this.#held.get(id)
    if (!held) return this.#underWay.get(id)
    // A clock that was set back must not make a key younger.
    const age = Math.abs(Date.now() - held.since)
    if (age >= this.#limits.refuseAfter) return this.#ask(held.row)
    if (age >= this.#limits.recheckAfter) this.#recheck(held.row)
    return held.key
  }

  /** The key of a row. */
  async unwrap(row: WrappedKey): Promise<DataKey> {
    return this.get(row.id) ?? this.#ask(row)
  }

  /** Adds a key that this process created, which also unwrapped it. */
  add(key: DataKey, row: WrappedKey): void {
    this.#held.set(row.id, { key, row, since: Date.now() })
    this.#failed.delete(row.id)
  }

  /** Forgets the keys created before this time that are no longer in the table. */
  forget(before: number, rows: readonly WrappedKey[]): void {
    const ids = new Set(rows.map(({ id }) => id))
    for (const { row } of this.#held.values()) {
      if (row.createdAt < before && !ids.has(row.id)) this.#held.delete(row.id)
    }
    for (const id of this.#failed.keys()) if (!ids.has(id)) this.#failed.delete(id)
  }

  /** Resolves when no call is in progress. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay.values())
  }

  // All waiting callers share one call, and a failed one is not repeated during the pause.
  async #ask(row: WrappedKey): Promise<DataKey> {
    const { id } = row
    const underWay = this.#underWay.get(id)
    if (underWay) return underWay
    const failure = this.#failed.get(id)?.within(PAUSE_MS)
    if (failure) throw failure
    const asking = this.#askService(row)
      .catch((error) => this.#fail(id, error))
      .finally(() => this.#underWay.delete(id))
    this.#underWay.set(id, asking)
    return asking
  }

  async #askService(row: WrappedKey): Promise<DataKey> {
    const key = await this.#service.unwrap(row)
    const known = this.#held.get(row.id)?.key
    // With a different key, all of its sessions would be unreadable, and their users signed out.
    if (known && !known.secret.equals(key.secret))
      throw new Error('unwrap returned another key than before for the same wrapped key')
    this.add(known ?? key, row)
    return known ?? key
  }

  #recheck(row: WrappedKey): void {
    if (this.#underWay.has(row.id) || this.#failed.get(row.id)?.within(RECHECK_PAUSE_MS)) return
    this.#ask(row).catch(this.#onFailure)
  }

  #fail(id: number, error: Error): never {
    const failure = this.#failed.get(id) ?? new LastFailure()
    failure.note(error)
    this.#failed.set(id, failure)
    throw error
  }
}

/**
 * Shares one read among all callers that arrive while another read is in progress. A caller never joins a read that
 * began before its call: that read may have missed the row.
 */
export function trailingReads<Result>(read: () => Promise<Result>): () => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  let next: Promise<Result> | undefined
  return () => {
    if (next) return next
    next = last.then(() => {
      next = undefined
      return read()
    })
    last = next.catch(() => {})
    return next
  }
}
