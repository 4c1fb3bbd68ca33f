/** A data key as it is stored: wrapped by a key service. */
export interface KeyRow {
  /** Unsigned 32-bit number. */
  readonly id: number
  readonly wrapped: Buffer
  readonly createdAt: number
}

/** The table of wrapped data keys, which `envelopeKeys` needs. Few rows: about one for each day of a session's life. */
export interface SessionKeys {
  /**
   * Looks whether the table is there.
   * @throws `FST_STORED_SESSION_MISSING_TABLE`
   */
  check(): Promise<void>
  /** All keys, in any order. */
  read(): Promise<KeyRow[]>
  /** False when there is a key with this id already; it is left as it is. */
  insert(key: KeyRow): Promise<boolean>
  /** Deletes the keys from before that no session is sealed with, and says how many. */
  deleteUnused(before: number): Promise<number>
}

/** A migration, and whether the database has it. */
export interface MigrationState {
  readonly name: string
  readonly isApplied: boolean
  /** What would run, the entry in the journal included; nothing when it is applied. */
  readonly statements: readonly string[]
}
