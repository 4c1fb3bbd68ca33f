/** A stored data key, wrapped by a key service. */
export interface KeyRow {
  /** Unsigned 32-bit number. */
  readonly id: number
  /** The data key as the key service wrapped it, at most 65,535 bytes. */
  readonly wrapped: Buffer
  /** When the key was created, epoch milliseconds. */
  readonly createdAt: number
}

/** The table of wrapped data keys, which `envelopeKeys` needs: about one row for each day of a session's life. */
export interface SessionKeys {
  /**
   * Checks that the table exists.
   * @throws `FST_STORED_SESSION_MISSING_TABLE`
   */
  check(): Promise<void>
  /** All keys, in any order. */
  read(): Promise<KeyRow[]>
  /**
   * Stores a key. False when a key with this id already exists, which stays unchanged.
   *
   * @param key - the wrapped key
   */
  insert(key: KeyRow): Promise<boolean>
  /**
   * Deletes the keys created before a time that seal no session and no event.
   *
   * @param before - epoch milliseconds
   * @returns the number of deleted keys
   */
  deleteUnused(before: number): Promise<number>
}

/** A migration, and whether it is applied. */
export interface MigrationState {
  /** The name of the migration, such as `0001_add_user`. */
  readonly name: string
  /** Whether the database has the migration already. */
  readonly isApplied: boolean
  /** The statements that would run, with the entry in the journal; empty when it is applied. */
  readonly statements: readonly string[]
}
