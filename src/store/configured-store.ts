import { SessionInspection } from './inspection/inspection.ts'
import { type GivenOptions, givenOptionsOf } from './options/check-store-options.ts'
import type { CheckedStoreOptions } from './options/store-options.ts'
import { userReader } from './users/user.ts'

/** What the options of a store say, for the parts of the package that use the store. */
export abstract class ConfiguredStore extends SessionInspection {
  readonly #options: CheckedStoreOptions

  /** @internal */
  constructor(options: CheckedStoreOptions) {
    super()
    this.#options = options
  }

  /** Whether sessions have users, by the option `user`. */
  get knowsUsers(): boolean {
    return this.#options.user !== undefined
  }

  /** The age at which `rotateEvery` renews an id, in milliseconds; false for never. */
  get rotateEvery(): number | false {
    return this.#options.renewal.every
  }

  /** Whether the option `metadata` keeps who uses a session. */
  get keepsMetadata(): boolean {
    return this.#options.metadata !== undefined
  }

  /** Whether the option `history` records what happens to sessions. */
  get keepsHistory(): boolean {
    return Boolean(this.#options.history)
  }

  /** Milliseconds between two rounds of trimming in this process; undefined where it has no timer for them. */
  get trimInterval(): number | undefined {
    const { trim } = this.#options
    return trim && trim.interval !== false ? trim.interval : undefined
  }

  /** Whether the content of sessions opens only with their cookies. */
  get bindsToCookie(): boolean {
    return this.#options.bindToCookie
  }

  /** The options as the application gave them, for the doctor. They hold its secrets: never log or show them. @internal */
  givenOptions(): GivenOptions {
    return givenOptionsOf(this.#options)
  }

  /**
   * The user of a session, by the option `user`; undefined without a user.
   *
   * @param session - the content of the session
   */
  userOf(session: object): string | undefined {
    return userReader(this.#options.user)(session as Record<string, unknown>) ?? undefined
  }
}
