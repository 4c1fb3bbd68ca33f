import type { KeyDescription, KeyProvider, SealingKey } from './key-provider.ts'

/** The pause between two refreshes, for any number of callers and keys. */
const PAUSE_MS = 1_000
/** A refresh that takes longer counts as failed: otherwise a refresh that hangs would block all later ones. */
const LONGEST_MS = 10_000
/** After the first miss, a key may still arrive for this long: until then its sessions are a 503, not ended. */
const GRACE_MS = 60_000
/** Later, the pause between two calls of the provider for the same key. */
const LATER_PAUSE_MS = 30_000
/** The maximum number of ids that are waited for at a time. More of them are garbage, not new keys. */
const MOST_IDS = 1_000

interface Missed {
  readonly since: number
  askedAt: number
}

/**
 * A provider that learns new keys. It is refreshed when a payload names an unknown key: once for all waiting requests,
 * and rarely enough that rows of garbage put no load on it.
 */
export class RefreshedKeys implements KeyProvider {
  readonly #provider: KeyProvider
  readonly #refresh: () => Promise<void>
  /** In the order in which they were first missed. */
  readonly #missed = new Map<number, Missed>()
  readonly #failure = new LastFailure()
  #refreshing: Promise<void> | undefined
  #refreshedAt = Number.NEGATIVE_INFINITY

  constructor(provider: KeyProvider, refresh: () => void | Promise<void>, longest = LONGEST_MS) {
    this.#provider = provider
    this.#refresh = () => inTime(longest, refresh())
  }

  current(): SealingKey | Promise<SealingKey> {
    return this.#provider.current()
  }

  find(id: number): SealingKey | undefined | Promise<SealingKey | undefined> {
    const found = this.#provider.find(id)
    if (found instanceof Promise) return found.then((key) => key ?? this.#askAgain(id))
    return found ?? this.#askAgain(id)
  }

  async describe(): Promise<readonly KeyDescription[]> {
    return this.#provider.describe?.() ?? []
  }

  async #askAgain(id: number): Promise<SealingKey | undefined> {
    const missed = this.#missed.get(id)
    if (missed && !isDue(missed)) return unknown(missed)
    await this.#refreshed()
    const key = await this.#provider.find(id)
    if (!key) return unknown(this.#miss(id))
    this.#missed.delete(id)
    return key
  }

  // All waiting callers share one refresh. Callers right after a refresh wait for the next one.
  #refreshed(): Promise<void> {
    this.#refreshing ??= this.#refreshSoon().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  async #refreshSoon(): Promise<void> {
    const failure = this.#failure.within(PAUSE_MS)
    if (failure) throw failure
    const left = this.#refreshedAt + PAUSE_MS - performance.now()
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left))
    try {
      await this.#refresh()
    } catch (error) {
      this.#failure.note(error as Error)
      throw error
    } finally {
      this.#refreshedAt = performance.now()
    }
  }

  #miss(id: number): Missed | undefined {
    const now = Date.now()
    const missed = this.#missed.get(id) ?? { since: now, askedAt: now }
    missed.askedAt = now
    const [oldest] = this.#missed
    if (this.#missed.size >= MOST_IDS && oldest && !isAwaited(oldest[1])) this.#missed.delete(oldest[0])
    if (this.#missed.size < MOST_IDS) this.#missed.set(id, missed)
    return this.#missed.get(id)
  }
}

function inTime(ms: number, refresh: void | Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`the key provider's refresh() has not ended within ${ms} ms`))
    const timer = setTimeout(late, ms)
    Promise.resolve(refresh)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}

const isAwaited = ({ since }: Missed) => Math.abs(Date.now() - since) < GRACE_MS

const isDue = (missed: Missed) =>
  Math.abs(Date.now() - missed.askedAt) >= (isAwaited(missed) ? PAUSE_MS : LATER_PAUSE_MS)

function unknown(missed: Missed | undefined): undefined {
  if (missed && isAwaited(missed)) throw new Error('a session is sealed with a key that the key provider does not know')
}

/** Remembers a failure for a while, so that later callers do not repeat the call immediately. */
export class LastFailure {
  #error: Error | undefined
  #at = 0

  note(error: Error): void {
    this.#error = error
    this.#at = Date.now()
  }

  /** The failure, if it is younger than this many milliseconds. A clock that was set back discards it. */
  within(ms: number): Error | undefined {
    const age = Date.now() - this.#at
    return age >= 0 && age < ms ? this.#error : undefined
  }
}
