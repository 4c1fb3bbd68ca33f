import { UnavailableError } from '../errors.ts'
import { closeCore } from './closing.ts'
import type { StoreCore } from './core/core.ts'
import { warnOfOldKey } from './management/key-age.ts'
import { openCore } from './open-core.ts'
import type { CheckedStoreOptions } from './options/store-options.ts'
import { warnOfUnencrypted } from './options/unencrypted-mode.ts'
import { Trimmer } from './trimming/trimming.ts'

/** A store's database and what belongs to it: opened once, when it is needed first, and closed. */
export class Opening {
  readonly #options: CheckedStoreOptions
  readonly #parts: Parameters<typeof openCore>[1]
  #opening: Promise<StoreCore> | undefined
  #core: StoreCore | undefined
  #trimmer: Trimmer | undefined
  #closing: Promise<void> | undefined

  constructor(options: CheckedStoreOptions, parts: Parameters<typeof openCore>[1]) {
    this.#options = options
    this.#parts = parts
  }

  /** What is open now. */
  get core(): StoreCore | undefined {
    return this.#closing ? undefined : this.#core
  }

  /** Undefined until the store is open. */
  get trimmer(): Trimmer | undefined {
    return this.#trimmer
  }

  open(): Promise<StoreCore> {
    if (this.#closing) return Promise.reject(new UnavailableError({ cause: new Error('the store is closed') }))
    // A start that failed may be tried again.
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  /** What was opened, or is being opened, if anything; never rejects. */
  async opened(): Promise<StoreCore | undefined> {
    return this.#opening?.catch(() => undefined)
  }

  /** Finishes what was begun, within 2 seconds, and closes what was opened here. Twice is harmless. */
  close(): Promise<void> {
    this.#closing ??= closeCore(this.#opening, () => this.#trimmer)
    return this.#closing
  }

  async #open(): Promise<StoreCore> {
    const core = await openCore(this.#options, this.#parts)
    this.#trimmer = new Trimmer(core.database, this.#parts.events, this.#options)
    this.#trimmer.start()
    warnOfUnencrypted(this.#parts.events, this.#options.acceptUnencryptedUntil)
    await warnOfOldKey(core, this.#options.warnKeyAge)
    this.#core = core
    return core
  }
}
