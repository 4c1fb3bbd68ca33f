/** What we need of a PostgreSQL driver. */
export interface PgClient {
  /**
   * Runs one prepared statement, and gives it up when its time is up.
   * @param isBulk - whether it goes over many rows, and may take longer
   */
  query(text: string, values: unknown[], isBulk?: boolean): Promise<PgResult>
  /** Runs SQL without parameters, several statements too, on one connection inside one transaction. */
  transaction(run: (query: (text: string) => Promise<PgResult>) => Promise<void>): Promise<void>
  /** Ends the connections, when they are ours. */
  close(): Promise<void>
}

export interface PgResult {
  readonly rows: Record<string, unknown>[]
  /** Rows found, inserted, updated or deleted. */
  readonly count: number
}
