/** A stored data key, wrapped by a key service. */
export interface KeyRow {
  /** Unsigned 32-bit number. */
  readonly id: number
  readonly wrapped: Buffer
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
  /** False when a key with this id already exists, which stays unchanged. */
  insert(key: KeyRow): Promise<boolean>
  /** Deletes the keys created before this time that seal no session and no event, and returns how many. */
  deleteUnused(before: number): Promise<number>
}

/** A migration, and whether it is applied. */
export interface MigrationState {
  readonly name: string
  readonly isApplied: boolean
  /** The statements that would run, with the entry in the journal; empty when it is applied. */
  readonly statements: readonly string[]
}
