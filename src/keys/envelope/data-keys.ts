import type { AttachedKeys, KeyDescription, KeyStorage, WrappedKey } from '../key-provider.ts'
import { LastFailure } from '../refreshed-keys.ts'
import { type DataKey, type DatedKey, isAhead, isDated, isNewer, newestFirst } from './dated-keys.ts'
import type { KeyService } from './key-service.ts'
import { type HoldLimits, trailingReads, UnwrappedKeys } from './unwrapped-keys.ts'

/** When a data key is followed by the next. */
export interface RotationLimits {
  /** Milliseconds. */
  readonly rotateEvery: number
  /** Payloads that this process seals. */
  readonly rotateAfter: number
}

/** The part of its life after which a key's successor is made in the background; each process has its own, so that few meet. */
const RENEWAL = { from: 0.7, to: 0.85 }
/** After a renewal failed the key service is left in peace for so long: by those who need a key, ... */
const PAUSE_MS = 1_000
/** ... and in the background, where the current key is still good for some time. */
const BACKGROUND_PAUSE_MS = 30_000
/** Saves that are under way are over by then. */
const GRACE_MS = 3_600_000
/** How long close() waits for the key service before it gives up what is under way: closing a store takes 2 seconds. */
const CLOSE_MS = 800

/** The data keys of one store: unwrapped once each, and the newest seals. */
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

  /** At once, but at the start, and where the key service was unreachable for the last part of a key's life. */
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

  /** Resolves when nothing is under way any more, with the key service or with the table. */
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
   * The newest key, which all processes agree on, unless so much of its life is over. Its date is the one that was wrapped
   * with it: those of the table say only in which order to look.
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

  /** The part of a key's life that is over; 1 and more when it must not seal. */
  #used(key: DatedKey): number {
    const seals = key.id === this.#current?.id ? this.#seals : 0
    return Math.max(this.#aged(key), seals / this.#limits.rotateAfter)
  }

  // A key from the future, where this clock was set back, would seal for too long.
  #aged({ since }: Pick<DatedKey, 'since'>): number {
    return isAhead(since) ? 1 : (Date.now() - since) / this.#limits.rotateEvery
  }

  /**
   * The key that a renewal yields, whatever the count: of those who waited for it all may seal. Its age counts, because
   * the renewal may have begun long ago; a second one began after we asked, and so there is no third.
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

  // One renewal for all who wait, and none for a while after one that failed.
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

  // Another process may have made the next key already.
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
      // The id is another key's: one in four billion, so a second time is no chance.
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

  // When several processes made keys at once, all continue with the same.
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

  // A key has not sealed for as long as it did, whatever the clocks say.
  #deleteUnused(rows: readonly WrappedKey[]): void {
    const before = Date.now() - 2 * this.#limits.rotateEvery - GRACE_MS
    this.#unwrapped.forget(before, rows)
    const deleting = this.#storage.deleteUnused(before).catch((error) => this.#storage.onFailure(error))
    this.#deleting = Promise.all([this.#deleting, deleting])
  }
}
