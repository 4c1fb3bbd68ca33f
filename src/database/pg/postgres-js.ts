import type { Sql } from 'postgres'
import type { PgClient, PgResult } from './client.ts'

type UnsafeQuery = Pick<Sql, 'unsafe'>

/** Speaks through postgres.js. */
export function postgresJsClient(sql: Sql, close: () => Promise<void>): PgClient {
  // Behind a pooler that was told so, statements must not outlive their transaction.
  const prepare = sql.options.prepare
  return {
    query: (text, values) => run(sql, text, values, prepare),
    transaction: async (work) => {
      await sql.begin((tx) => work((text) => run(tx, text, [], false)))
    },
    close,
  }
}

async function run(sql: UnsafeQuery, text: string, values: unknown[], prepare: boolean): Promise<PgResult> {
  const rows = await sql.unsafe(text, values as never[], { prepare })
  return { rows, count: rows.count }
}
