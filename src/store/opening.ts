import { UnavailableError } from '../errors.ts'
import { within } from '../time/time-limits.ts'
import type { StoreCore } from './core/core.ts'
import { warnOfOldKey } from './management/key-status.ts'
import { openCore } from './open-core.ts'
import { warnOfUnencrypted } from './options/check-sealing-options.ts'
import type { CheckedStoreOptions } from './options/store-options.ts'
import { Trimmer } from './trimming/trimming.ts'

/** Opens the database of a store and its parts once, at the first use, and closes them. */
export class Opening {
  readonly #options: CheckedStoreOptions
  readonly #parts: Parameters<typeof openCore>[1]
  readonly #triesStorage: boolean
  #opening: Promise<StoreCore> | undefined
  #core: StoreCore | undefined
  #trimmer: Trimmer | undefined
  #closing: Promise<void> | undefined

  constructor(options: CheckedStoreOptions, parts: Parameters<typeof openCore>[1], triesStorage: boolean) {
    this.#options = options
    this.#parts = parts
    this.#triesStorage = triesStorage
  }

  /** Undefined until the store is open, and after it was closed. */
  get core(): StoreCore | undefined {
    return this.#closing ? undefined : this.#core
  }

  /** Undefined until the store is open. */
  get trimmer(): Trimmer | undefined {
    return this.#trimmer
  }

  open(): Promise<StoreCore> {
    if (this.#closing) return Promise.reject(new UnavailableError({ cause: new Error('the store is closed') }))
    // Lets the caller repeat a start that failed.
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  /** Waits for an opening that has begun; undefined if there is none or it failed. Never rejects. */
  async opened(): Promise<StoreCore | undefined> {
    return this.#opening?.catch(() => undefined)
  }

  /** Finishes running work within 2 seconds, and closes everything that the store opened. A second call is harmless. */
  close(): Promise<void> {
    this.#closing ??= closeCore(this.#opening, () => this.#trimmer)
    return this.#closing
  }

  async #open(): Promise<StoreCore> {
    const core = await openCore(this.#options, this.#parts, this.#triesStorage)
    this.#trimmer = new Trimmer(core.database, this.#parts.events, this.#options)
    this.#trimmer.start()
    warnOfUnencrypted(this.#parts.events, this.#options.acceptUnencryptedUntil)
    await warnOfOldKey(core, this.#options.warnKeyAge)
    this.#core = core
    return core
  }
}

/** How long closing may take, and how much of this time running work may use. Milliseconds. */
const CLOSE_MS = 1_900
const FINISH_MS = 1_200

/** Finishes running work and closes everything within 2 seconds, also when the database does not answer. */
function closeCore(opening: Promise<StoreCore> | undefined, trimmer: () => Trimmer | undefined): Promise<void> {
  return within(CLOSE_MS, close(opening, trimmer)).catch(() => {})
}

async function close(opening: Promise<StoreCore> | undefined, trimmer: () => Trimmer | undefined): Promise<void> {
  const core = await opening?.catch(() => undefined)
  if (!core) return
  await within(FINISH_MS, finish(core, trimmer())).catch(() => {})
  await core.database.close()
}

async function finish({ turns, rows, history, keys, proof }: StoreCore, trimmer: Trimmer | undefined): Promise<void> {
  // The keys close first, because saves may wait for a key, and again, because a save may have asked for one since.
  await Promise.all([trimmer?.stop(), turns.idle(), keys.close(), proof?.idle()])
  await Promise.all([rows.flush(), history?.close(), keys.close()])
}
