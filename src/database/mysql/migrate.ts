import type { MigrationState } from '../contract/stored-keys.ts'
import { type Journal, journalOf, migrationStates, pendingMigrations } from '../sql/migrations.ts'
import type { MysqlClient } from './client.ts'

const LOCK_SECONDS = 60

// MySQL commits every DDL statement at once: what an attempt that failed half-way has made already is there.
const ALREADY_THERE = new Set([1050 /* table */, 1060 /* column */, 1061 /* index */])

const NO_SUCH_TABLE = 1146

/** The journal that belongs to the table of this name, or place. */
export function journalFor(table: string): Journal {
  const name = `\`${journalOf(table).replaceAll('`', '``')}\``
  return {
    create: `create table if not exists ${name} (id serial primary key, hash text not null, created_at bigint)`,
    newest: `select max(created_at) as newest from ${name}`,
    insert: ({ hash, time }) => `insert into ${name} (hash, created_at) values ('${hash}', ${time})`,
  }
}

/** Applies our migrations on one connection, under a named lock of the server. */
export function migrateMysql(client: MysqlClient, table: string): Promise<void> {
  const journal = journalFor(table)
  return client.withConnection(async (query) => {
    // In hexadecimal, because whether a backslash escapes depends on the server's sql_mode.
    const name = `0x${Buffer.from(table).toString('hex')}`
    const lock = `concat('stored-session ', left(sha2(concat(database(), ${name}), 256), 32))`
    const { rows: locked } = await query(`select get_lock(${lock}, ${LOCK_SECONDS}) as locked`)
    if (Number(locked[0]?.locked) !== 1)
      throw new Error(
        'another process has held the migration lock for a minute; run the migration again when it has finished',
      )
    try {
      await query(journal.create)
      const { rows } = await query(journal.newest)
      for (const migration of pendingMigrations('mysql', { name: table }, Number(rows[0]?.newest ?? 0))) {
        for (const statement of migration.statements) await ignoring(ALREADY_THERE, query(statement))
        await query(journal.insert(migration))
      }
    } finally {
      await query(`select release_lock(${lock})`)
    }
  })
}

async function ignoring(codes: ReadonlySet<number>, result: Promise<unknown>): Promise<void> {
  try {
    await result
  } catch (error) {
    if (!codes.has((error as { errno: number }).errno)) throw error
  }
}

/** Our migrations, and which of them the database has. */
export async function mysqlMigrations(client: MysqlClient, table: string): Promise<MigrationState[]> {
  const journal = journalFor(table)
  const newest = await client.execute(journal.newest, []).then(
    ({ rows }) => Number(rows[0]?.newest ?? 0),
    (error) => {
      if (error.errno !== NO_SUCH_TABLE) throw error
      return undefined
    },
  )
  return migrationStates('mysql', { name: table }, journal, newest)
}
