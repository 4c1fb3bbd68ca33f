import Sqlite from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import type { TestDatabase } from '../harness/databases.ts'

/** One way in which a database takes no writes. */
export interface ReadOnlyCase {
  /** What the configuration has in place of the URL. */
  readonly options: Record<string, unknown>
  /** Reason and remedy. */
  readonly said: RegExp
  undo(): Promise<unknown>
}

/** Makes a database refuse writes, in each way that concerns no other database of the server; one after another. */
export async function* readOnlyCases(database: TestDatabase): AsyncGenerator<ReadOnlyCase> {
  const { dialect, name, query } = database
  if (dialect === 'sqlite') {
    const client = new Sqlite(database.url.slice('sqlite:'.length), { readonly: true })
    yield {
      options: { database: drizzle(client), migrate: false },
      said: /opened read-only/,
      undo: async () => client.close(),
    }
  }
  if (dialect === 'pg') {
    const path = new URL(database.url).pathname.slice(1)
    await query(`ALTER DATABASE ${path} SET default_transaction_read_only = on`)
    await database.reconnect?.()
    yield {
      options: {},
      said: /read-only by default/,
      async undo() {
        await query(`BEGIN READ WRITE; ALTER DATABASE ${path} RESET ALL; COMMIT`)
        await database.reconnect?.()
      },
    }
  }
  if (name === 'mysql') {
    const path = new URL(database.url).pathname.slice(1)
    await query(`ALTER DATABASE ${path} READ ONLY = 1`)
    yield {
      options: {},
      said: /INSERT, UPDATE, DELETE are refused: ER_SCHEMA_READ_ONLY/,
      undo: () => query(`ALTER DATABASE ${path} READ ONLY = 0`),
    }
  }
  if (dialect !== 'sqlite') yield readingRole(database)
}

/** A role that may read and update, and no more. */
async function readingRole({ dialect, url, query }: TestDatabase): Promise<ReadOnlyCase> {
  const role = `reader_${new URL(url).pathname.slice(6, 14)}`
  const [host, password] = ["'%'", "'secret of reader'"]
  const user = dialect === 'pg' ? role : `'${role}'@${host}`
  await query(
    dialect === 'pg'
      ? `CREATE ROLE ${role} LOGIN PASSWORD ${password}`
      : `CREATE USER ${user} IDENTIFIED BY ${password}`,
  )
  await query(`GRANT SELECT, UPDATE ON stored_sessions TO ${user}`)
  const reader = new URL(url)
  reader.username = role
  reader.password = 'secret of reader'
  return {
    options: { database: reader.href },
    said: /^INSERT, DELETE are refused: .*\nGive the user of the URL what it needs: GRANT SELECT, INSERT, UPDATE, DELETE ON .stored_sessions. TO …$/,
    async undo() {
      if (dialect === 'pg') await query(`DROP OWNED BY ${user}`)
      await query(dialect === 'pg' ? `DROP ROLE ${role}` : `DROP USER ${user}`)
    },
  }
}
