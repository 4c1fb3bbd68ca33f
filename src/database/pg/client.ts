/** What we need of a PostgreSQL driver. */
export interface PgClient {
  /**
   * Runs one prepared statement, and gives it up when its time is up.
   * @param isBulk - whether it goes over many rows, and may take longer
   */
  query(text: string, values: unknown[], isBulk?: boolean): Promise<PgResult>
  /**
   * Runs statements on one connection inside one transaction. One with values is given up when its time is up, as one
   * over many rows. A text without may hold several statements: the result is that of the last.
   */
  transaction(run: (query: PgQuery) => Promise<void>): Promise<void>
  /** Whether there is only one connection, so that a caller who keeps it blocks all others. @defaultValue false */
  readonly isSingle?: boolean
  /** What the driver converts by options of the application: a sentence for each, with its fix. */
  conversions?(): readonly string[]
  /**
   * Whether every server that answers is a standby. Our own connections have it: they refuse a standby, so that no
   * statement says it.
   */
  isStandby?(): Promise<boolean>
  /** Ends the connections, when they are ours. */
  close(): Promise<void>
}

export type PgQuery = (text: string, values?: unknown[]) => Promise<PgResult>

export interface PgResult {
  readonly rows: Record<string, unknown>[]
  /** Rows found, inserted, updated or deleted. */
  readonly count: number
}
