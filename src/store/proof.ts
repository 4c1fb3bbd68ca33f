import type { SessionDatabase } from '../database/contract/session-database.ts'
import { WrongSettingsError } from '../errors.ts'
import { roundTrip } from './round-trip.ts'

/** How long the result of a round trip stands, and a failure of the database itself, in milliseconds. */
const VALID_MS = 30_000
const FAILURE_VALID_MS = 5_000

interface Proving {
  /** Whether the application has users, whose ids the database must hold. */
  readonly hasUsers: boolean
}

const NO_USERS =
  'the encoding of the database, or of the column of the users, cannot hold user ids of all characters: to save a session of such a user is refused with FST_STORED_SESSION_UNSTORABLE. Use a database with the encoding UTF8 (MySQL: utf8mb4)'

/** Knows whether sessions that are written come back, by a round trip at start and at most one in 30 seconds since. */
export class StorageProof {
  readonly #database: SessionDatabase
  readonly #proving: Proving
  #last: { readonly at: number; readonly fault: Error | undefined } | undefined
  #running: Promise<string[]> | undefined

  constructor(database: SessionDatabase, proving: Proving) {
    this.#database = database
    this.#proving = proving
  }

  /**
   * Makes a round trip, and returns what limits the storage: a sentence for each, with its fix.
   * @throws `FST_STORED_SESSION_WRONG_SETTINGS`, or the error of the database
   */
  renew(): Promise<string[]> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** Repeats the last result while it is fresh, and makes a round trip else. @throws as {@link renew} */
  async recent(): Promise<void> {
    const { at = 0, fault } = this.#last ?? {}
    const age = Math.abs(Date.now() - at)
    const isFresh = age < (fault && !(fault instanceof WrongSettingsError) ? FAILURE_VALID_MS : VALID_MS)
    if (!this.#last || !isFresh) await this.renew()
    else if (fault) throw fault
  }

  /** Repeats what the last round trip found wrong with the settings. @throws `FST_STORED_SESSION_WRONG_SETTINGS` */
  repeat(): void {
    if (this.#last?.fault instanceof WrongSettingsError) throw this.#last.fault
  }

  /** Waits for a round trip that has begun, so that its rows are deleted. Never rejects. */
  async idle(): Promise<void> {
    await this.#running?.catch(() => {})
  }

  async #run(): Promise<string[]> {
    const at = Date.now()
    try {
      // Each of its statements has a time limit.
      const { holdsAllUsers } = await roundTrip(this.#database, this.#proving.hasUsers)
      this.#last = { at, fault: undefined }
      return holdsAllUsers === false ? [NO_USERS] : []
    } catch (error) {
      this.#last = { at, fault: error as Error }
      throw error
    }
  }
}
