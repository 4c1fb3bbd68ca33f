import { getTableConfig } from 'drizzle-orm/pg-core'
import { pgDatabase } from '../../database/pg/database.ts'
import type { DrizzleDatabase } from '../../database/recognise.ts'
import type { SessionsTable } from '../../database/sql/statements.ts'
import { storedSessionEventsTable, storedSessionKeysTable } from '../../schema/pg.ts'
import type { TimeLimits } from '../../time/time-limits.ts'
import { type Found, ok, warning } from '../findings/finding.ts'
import type { Inspection, Query, ReadOnly } from '../findings/inspection.ts'
import { expectedCompanion, expectedSessions, type TableConfig } from '../findings/tables.ts'
import { actualTable, isPgType, pgStorage, quotedTable } from './catalog.ts'
import { pgConnections } from './connection.ts'
import { findPooler } from './pooler.ts'
import { createPgTable, repairPgTable } from './repair.ts'
import { findStaleReads } from './stale-reads.ts'

/** The oldest PostgreSQL version that the tests cover. */
const LEAST = '14'

export async function inspectPg(
  database: string | DrizzleDatabase,
  table: SessionsTable,
  timeLimits: TimeLimits,
): Promise<Inspection> {
  const connections = await pgConnections(database, timeLimits)
  const { query } = connections
  const configOf = getTableConfig as unknown as (table: unknown) => TableConfig
  const sessions = expectedSessions(table, configOf)
  return {
    sessions: pgDatabase(connections.client, table),
    expected: {
      sessions,
      keys: expectedCompanion(configOf(storedSessionKeysTable(sessions.name)), sessions.schema),
      events: expectedCompanion(configOf(storedSessionEventsTable(sessions.name)), sessions.schema),
    },
    query,
    ping: async () => void (await query('select 1')),
    server: async () => {
      const [row] = await query(`select current_setting('server_version') as version`)
      return { product: 'PostgreSQL', version: String(row?.version), least: LEAST }
    },
    clock: async () => {
      return Number((await query('select extract(epoch from clock_timestamp()) * 1000 as ms'))[0]?.ms)
    },
    exposure: async () => [],
    pooler: () => findPooler(connections),
    staleReads: () => findStaleReads(query),
    readOnly: () => readOnlyReason(query),
    durability: () => durability(query),
    actual: (expected) => actualTable(query, expected),
    isType: isPgType,
    storage: (expected) => pgStorage(query, expected),
    creation: createPgTable,
    repair: repairPgTable,
    quoted: quotedTable,
    close: () => connections.close(),
  }
}

async function readOnlyReason(query: Query): Promise<ReadOnly | undefined> {
  const [row] = await query(
    `select pg_is_in_recovery() as standby, current_setting('transaction_read_only') as read_only`,
  )
  if (row?.standby)
    return {
      reason: 'the server is a standby, which only reads',
      remedy: 'Give the URL of the primary, or name all hosts in one URL',
    }
  if (row?.read_only !== 'on') return undefined
  return {
    reason: 'transactions are read-only by default (default_transaction_read_only)',
    remedy:
      'Turn default_transaction_read_only off for this database and role: ALTER DATABASE … or ALTER ROLE … RESET it',
  }
}

async function durability(query: Query): Promise<Found[]> {
  const rows = await query(
    `select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit')`,
  )
  const off = rows.filter(({ setting }) => setting === 'off').map(({ name }) => String(name))
  if (off.length === 0) return [ok('fsync, full_page_writes and synchronous_commit are on')]
  return off.map((name) =>
    name === 'synchronous_commit'
      ? warning(
          'synchronous_commit is off: a crash of the server may lose what was acknowledged last',
          'Turn it on, at least for the role of the sessions: ALTER ROLE … SET synchronous_commit = on',
        )
      : warning(
          `${name} is off: a power failure may destroy the database`,
          `Turn it on: ALTER SYSTEM SET ${name} = on; SELECT pg_reload_conf()`,
        ),
  )
}
