/** What we need of a PostgreSQL driver. */
export interface PgClient {
  /** Runs one prepared statement. */
  query(text: string, values: unknown[]): Promise<PgResult>
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
