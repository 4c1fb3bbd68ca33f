import type { WrappedKey } from '../key-provider.ts'
import { LastFailure } from '../refreshed-keys.ts'
import type { DataKey } from './dated-keys.ts'
import type { KeyService } from './key-service.ts'

/** How long a key that was unwrapped is used, in milliseconds. */
export interface HoldLimits {
  /** Then the service is asked again, while the key is still used. */
  readonly recheckAfter: number
  /** Then nothing is sealed or opened with it before the service has answered. */
  readonly refuseAfter: number
}

interface Held {
  readonly key: DataKey
  readonly row: WrappedKey
  /** When the service last unwrapped it, epoch milliseconds. */
  readonly since: number
}

/** After the service failed for a key it is left in peace about that key for so long: by those who need the key, ... */
const PAUSE_MS = 1_000
/** ... and in the background. */
const RECHECK_PAUSE_MS = 30_000

/** The keys that the service has unwrapped for this process: once each, and again from time to time. */
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

  /** At once while the key is young enough; undefined for a key that was never unwrapped. */
  get(id: number): DataKey | Promise<DataKey> | undefined {
    const held = this.#held.get(id)
    if (!held) return this.#underWay.get(id)
    // A clock that was set back makes no key younger.
    const age = Math.abs(Date.now() - held.since)
    if (age >= this.#limits.refuseAfter) return this.#ask(held.row)
    if (age >= this.#limits.recheckAfter) this.#recheck(held.row)
    return held.key
  }

  /** The key of a row. */
  async unwrap(row: WrappedKey): Promise<DataKey> {
    return this.get(row.id) ?? this.#ask(row)
  }

  /** Takes a key that was made here, and was unwrapped in the making. */
  add(key: DataKey, row: WrappedKey): void {
    this.#held.set(row.id, { key, row, since: Date.now() })
    this.#failed.delete(row.id)
  }

  /** Forgets the keys from before that are in the table no more. */
  forget(before: number, rows: readonly WrappedKey[]): void {
    const ids = new Set(rows.map(({ id }) => id))
    for (const { row } of this.#held.values()) {
      if (row.createdAt < before && !ids.has(row.id)) this.#held.delete(row.id)
    }
    for (const id of this.#failed.keys()) if (!ids.has(id)) this.#failed.delete(id)
  }

  /** Resolves when no call is under way. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay.values())
  }

  // One call for all who wait, and none for a while after one that failed.
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
    // Under a key that is another one all of its sessions would be unreadable, and their users signed out.
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
 * Shares one read among all who ask while another is under way. Nobody joins a read that began before they asked: it may
 * have looked already, and missed what they look for.
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
