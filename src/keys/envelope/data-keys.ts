import type { AttachedKeys, KeyDescription, KeyStorage, WrappedKey } from '../key-provider.ts'
import { LastFailure } from '../refreshed-keys.ts'
import { type DataKey, type DatedKey, isAhead, isDated, isNewer, newestFirst } from './dated-keys.ts'
import type { KeyService } from './key-service.ts'
import { type HoldLimits, trailingReads, UnwrappedKeys } from './unwrapped-keys.ts'

/** The limits after which the next data key replaces the current one. */
interface RotationLimits {
  /** Milliseconds. */
  readonly rotateEvery: number
  /** Payloads that this process seals. */
  readonly rotateAfter: number
}

/** The part of a key's life after which the background creates the next. Each process has its own, so few collide. */
const RENEWAL = { from: 0.7, to: 0.85 }
/** The pause after a failed renewal before the key service is called again: for requests that need a key, ... */
const PAUSE_MS = 1_000
/** ... and in the background, where the current key can still be used for some time. */
const BACKGROUND_PAUSE_MS = 30_000
/** By then, every save that was in progress has ended. */
const GRACE_MS = 3_600_000
/** The time that `close()` gives the key service before it aborts the calls: closing a store takes 2 seconds. */
const CLOSE_MS = 800

/** The data keys of one store. Each is unwrapped once, and the newest seals. */
export class DataKeys implements AttachedKeys {
  readonly #service: KeyService
  readonly #storage: KeyStorage
  readonly #limits: RotationLimits
  readonly #read: () => Promise<WrappedKey[]>
  readonly #unwrapped: UnwrappedKeys
  readonly #renewAt = RENEWAL.from + Math.random() * (RENEWAL.to - RENEWAL.from)
  #current: DatedKey | undefined
  #seals = 0
  #renewing: Promise<DatedKey> | undefined
  #deleting: Promise<unknown> | undefined
  readonly #failure = new LastFailure()
  #isClosing = false

  constructor(service: KeyService, storage: KeyStorage, limits: RotationLimits & HoldLimits) {
    this.#service = service
    this.#storage = storage
    this.#limits = limits
    this.#read = trailingReads(() => storage.read())
    this.#unwrapped = new UnwrappedKeys(service, limits, (error) => this.#storage.onFailure(error))
  }

  /** Synchronous, except at the start and after the key service was unreachable for the last part of a key's life. */
  current(): DataKey | Promise<DataKey> {
    const current = this.#current
    const used = current ? this.#used(current) : 1
    if (!current || used >= 1) return this.#renewed()
    if (used >= this.#renewAt) this.#renewInBackground()
    this.#seals++
    return this.#unwrapped.get(current.id) ?? current
  }

  find(id: number): DataKey | undefined | Promise<DataKey | undefined> {
    return this.#unwrapped.get(id) ?? this.#lookUp(id)
  }

  async describe(): Promise<KeyDescription[]> {
    const rows = await this.#read()
    const newest = await this.#newest(rows)
    return rows.map(({ id, createdAt }) => ({ id, state: id === newest?.id ? 'current' : 'retired', since: createdAt }))
  }

  /** Resolves when no call to the key service and no statement on the table is in progress. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#service.endWithin(CLOSE_MS)
    await Promise.allSettled([this.#renewing, this.#unwrapped.idle()])
    await this.#deleting
  }

  async #lookUp(id: number): Promise<DataKey | undefined> {
    const row = (await this.#read()).find((candidate) => candidate.id === id)
    if (!row) return undefined
    const key = await this.#unwrapped.unwrap(row)
    if (isDated(key, row)) this.#useNewer(key)
    return key
  }

  /**
   * The newest key, on which all processes agree; undefined if it has used up `most` of its life. The wrapped date of a
   * key counts; the dates in the table only give the order of the search.
   */
  async #newest(rows: readonly WrappedKey[], most = 1): Promise<DatedKey | undefined> {
    for (const row of newestFirst(rows)) {
      if (this.#aged({ since: row.createdAt }) >= most) return undefined
      const key = await this.#unwrapped.unwrap(row)
      if (isDated(key, row)) return this.#used(key) < most ? key : undefined
      this.#storage.onMisdated?.(row.id, key.since)
    }
    return undefined
  }

  /** The used part of a key's life. At 1 or more, the key must not seal. */
  #used(key: DatedKey): number {
    const seals = key.id === this.#current?.id ? this.#seals : 0
    return Math.max(this.#aged(key), seals / this.#limits.rotateAfter)
  }

  // A key with a future date, where this clock was set back, would seal for too long.
  #aged({ since }: Pick<DatedKey, 'since'>): number {
    return isAhead(since) ? 1 : (Date.now() - since) / this.#limits.rotateEvery
  }

  /**
   * The key that a renewal yields. Its seals do not matter: all callers that waited for it may seal. Its age matters,
   * because the renewal may have begun long ago. The second renewal begins after this call, so a third is useless.
   */
  async #renewed(): Promise<DatedKey> {
    for (let attempt = 1; attempt <= 2; attempt++) {
      const key = await this.#renew()
      if (this.#aged(key) >= 1) continue
      this.#seals++
      return key
    }
    throw new Error(
      'the key service takes longer to wrap a data key than rotateEvery; make rotateEvery longer, or the service faster',
    )
  }

  #renewInBackground(): void {
    if (this.#renewing || this.#isClosing || this.#failure.within(BACKGROUND_PAUSE_MS)) return
    this.#renew().catch((error) => this.#storage.onFailure(error))
  }

  // All waiting callers share one renewal, and a failed one is not repeated during the pause.
  async #renew(): Promise<DatedKey> {
    const failure = this.#failure.within(PAUSE_MS)
    if (failure && !this.#renewing) throw failure
    this.#renewing ??= this.#replace()
      .catch((error) => {
        this.#failure.note(error)
        throw error
      })
      .finally(() => {
        this.#renewing = undefined
      })
    return this.#renewing
  }

  // Another process may have created the next key already.
  async #replace(): Promise<DatedKey> {
    const most = this.#current && this.#used(this.#current) < 1 ? this.#renewAt : 1
    const newest = await this.#newest(await this.#read(), most)
    return newest ? this.#use(newest) : this.#make()
  }

  async #make(attempt = 1): Promise<DatedKey> {
    const former = this.#current?.since ?? 0
    const createdAt = isAhead(former) ? Date.now() : Math.max(Date.now(), former + 1)
    const { key, row } = await this.#service.make(createdAt)
    if (!(await this.#storage.insert(row))) {
      // The id exists already. The chance is one in four billion, so a second collision has another cause.
      if (attempt === 2)
        throw new Error('inserting a new data key failed twice, because its id already exists; check the table of keys')
      return this.#make(attempt + 1)
    }
    this.#unwrapped.add(key, row)
    this.#use(key)
    return this.#settle().catch((error) => {
      this.#storage.onFailure(error)
      return key
    })
  }

  // When several processes created keys at the same time, all continue with the same key.
  async #settle(): Promise<DatedKey> {
    const rows = await this.#read()
    this.#deleteUnused(rows)
    const newest = await this.#newest(rows)
    if (newest) this.#useNewer(newest)
    return this.#current!
  }

  #useNewer(key: DatedKey): void {
    const isUsable = !isAhead(key.since) && this.#used(key) < 1
    if (isUsable && this.#current && isNewer(key, this.#current)) this.#use(key)
  }

  #use(key: DatedKey): DatedKey {
    if (key.id !== this.#current?.id) this.#seals = 0
    this.#current = key
    return key
  }

  // Twice `rotateEvery` is safe even if clocks differ: such a key has been unused for as long as it was in use.
  #deleteUnused(rows: readonly WrappedKey[]): void {
    const before = Date.now() - 2 * this.#limits.rotateEvery - GRACE_MS
    this.#unwrapped.forget(before, rows)
    const deleting = this.#storage.deleteUnused(before).catch((error) => this.#storage.onFailure(error))
    this.#deleting = Promise.all([this.#deleting, deleting])
  }
}
