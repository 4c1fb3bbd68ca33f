import { setTimeout as sleep } from 'node:timers/promises'
import { toRow } from '../sql/driver-rows.ts'
import { type Statement, valuesFor } from '../sql/statements.ts'
import { NO_LOCKS } from '../sql/unsupported.ts'
import type { SqliteClient, SqliteRow } from './client.ts'

interface LibsqlStatement {
  readonly sql: string
  readonly args: unknown[]
}

interface LibsqlResult {
  readonly rows: SqliteRow[]
  readonly rowsAffected: number
}

/** The part of a client of `@libsql/client` that is used, for a file or a server. */
export interface LibsqlClient {
  execute(statement: LibsqlStatement): Promise<LibsqlResult>
  /** Runs statements in one transaction. */
  batch(statements: readonly LibsqlStatement[], mode: 'read' | 'write'): Promise<LibsqlResult[]>
}

/** How long a migration waits for another process that writes, and the pause between two attempts, in milliseconds. */
const START_MS = 30_000
const PAUSE_MS = 50

/**
 * Speaks through a client of libSQL that the application opened, and closes nothing. It uses no interactive transaction:
 * each holds a stream of a server, or the only connection of a database in memory.
 */
export function libsqlClient(client: LibsqlClient): SqliteClient {
  const execute = (statement: Statement, values: readonly unknown[]) => client.execute(withValues(statement, values))
  // One statement needs no transaction of its own, which is two more.
  const together = async (statements: readonly LibsqlStatement[], mode: 'read' | 'write') =>
    statements.length === 1 ? [await client.execute(statements[0]!)] : client.batch(statements, mode)

  return {
    rows: async (statement, values) => (await execute(statement, values)).rows,
    change: async (statement, values) => (await execute(statement, values)).rowsAffected,
    async rowOfEach(statement, lists) {
      const results = await together(
        lists.map((values) => withValues(statement, values)),
        'read',
      )
      return results.map(({ rows }) => rows[0])
    },
    // A server gets every payload once, so without the statement that is only quicker.
    async changeEach(items, statement) {
      const results = await together(
        items.map((item) => withValues(statement, valuesFor(statement, item))),
        'write',
      )
      return results.map(({ rowsAffected }) => rowsAffected)
    },
    async script(texts) {
      const statements = texts.map((sql) => ({ sql, args: [] }))
      const deadline = performance.now() + START_MS
      for (;;) {
        try {
          await client.batch(statements, 'write')
          return
        } catch (error) {
          if (!isBusy(error) || performance.now() > deadline) throw error
          await sleep(PAUSE_MS)
        }
      }
    },
    toRow,
    // A lock next to the file would be one of this machine, and the client does not tell where its database is.
    trimAlone: async () => {
      throw Object.assign(new Error('libSQL has no lock that ends with its process'), { code: NO_LOCKS })
    },
    close: () => {},
  }
}

const withValues = ({ text }: Statement, values: readonly unknown[]) => ({ sql: text, args: [...values] })

const isBusy = (error: unknown) => /^SQLITE_BUSY/.test(String((error as { code?: unknown }).code))
