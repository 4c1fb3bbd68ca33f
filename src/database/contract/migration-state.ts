/** A migration, and whether the database has it. */
export interface MigrationState {
  readonly name: string
  readonly isApplied: boolean
  /** What would run, the entry in the journal included; nothing when it is applied. */
  readonly statements: readonly string[]
}
