import { getTableConfig } from 'drizzle-orm/mysql-core'
import { mysqlDatabase } from '../../database/mysql/database.ts'
import { unpreparedAtNeed } from '../../database/mysql/unprepared.ts'
import type { DrizzleDatabase } from '../../database/recognise.ts'
import type { SessionsTable } from '../../database/sql/statements.ts'
import { storedSessionEventsTable, storedSessionKeysTable } from '../../schema/mysql.ts'
import type { TimeLimits } from '../../time/time-limits.ts'
import { type Found, ok, warning } from '../findings/finding.ts'
import type { Inspection, Query, ReadOnly, Server } from '../findings/inspection.ts'
import { type ExpectedTable, expectedCompanion, expectedSessions, type TableConfig } from '../findings/tables.ts'
import { actualTable, isMysqlType, mysqlStorage, quotedTable } from './catalog.ts'
import { type MysqlConnections, mysqlConnections } from './connection.ts'
import { createMysqlTable, repairMysqlTable } from './repair.ts'
import { findStaleReads } from './stale-reads.ts'

/** The oldest versions that the tests cover. */
const LEAST = { MySQL: '8.4', MariaDB: '10.11' } as const

export async function inspectMysql(
  database: string | DrizzleDatabase,
  table: SessionsTable,
  name: string,
  timeLimits: TimeLimits,
): Promise<Inspection> {
  const connections = await mysqlConnections(database, timeLimits)
  const { query } = connections
  const configOf = getTableConfig as unknown as (table: unknown) => TableConfig
  const sessions = tellingUsersApart(expectedSessions(table, configOf), table.userId.name)
  return {
    sessions: mysqlDatabase(
      unpreparedAtNeed(connections.client, () => {}),
      table,
      name,
    ),
    expected: {
      sessions,
      keys: expectedCompanion(configOf(storedSessionKeysTable(sessions.name)), sessions.schema),
      events: expectedCompanion(configOf(storedSessionEventsTable(sessions.name)), sessions.schema),
    },
    query,
    ping: async () => void (await query('select 1')),
    server: () => serverOf(query),
    clock: async () => Number((await query('select unix_timestamp(now(6)) * 1000 as ms'))[0]?.ms),
    exposure: async () => [],
    pooler: () => findProxy(connections),
    staleReads: () => findStaleReads(query, typeof database === 'string'),
    readOnly: () => readOnlyReason(query),
    durability: () => durability(query),
    actual: (expected) => actualTable(query, expected),
    isType: isMysqlType,
    storage: (expected) => mysqlStorage(query, expected),
    creation: createMysqlTable,
    repair: repairMysqlTable,
    quoted: quotedTable,
    close: () => connections.close(),
  }
}

// The default collations treat `Ada` and `ada` as one user, also in the application's own table.
function tellingUsersApart(table: ExpectedTable, userColumn: string): ExpectedTable {
  const columns = table.columns.map((column) => {
    if (column.name !== userColumn || /collate/i.test(column.type)) return column
    return { ...column, type: `${column.type} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin` }
  })
  return { ...table, columns }
}

async function serverOf(query: Query): Promise<Server> {
  const [row] = await query('select version() as version')
  const version = String(row?.version)
  const product = /mariadb/i.test(version) ? 'MariaDB' : 'MySQL'
  return { product, version, least: LEAST[product] }
}

async function findProxy(connections: MysqlConnections): Promise<Found> {
  const { announced, actual } = await connections.numbers()
  if (announced === undefined || announced === actual) return ok('no proxy between application and server was detected')
  return warning(
    'a proxy between application and server shares connections',
    'Make sure that it sends every statement to the primary: a read from a replica that lags behind revives ended sessions',
  )
}

async function readOnlyReason(query: Query): Promise<ReadOnly | undefined> {
  const [row] = await query('select @@global.read_only as server, @@innodb_read_only as files')
  if (Number(row?.server) === 1)
    return {
      reason: 'the server is read-only, as replicas are',
      remedy: 'Give the URL of the primary, or, if it is that: SET GLOBAL read_only = OFF',
    }
  if (Number(row?.files) === 1)
    return { reason: 'InnoDB is read-only (innodb_read_only)', remedy: 'Give the URL of the writer, not of a reader' }
  return undefined
}

async function durability(query: Query): Promise<Found[]> {
  const [row] = await query('select @@innodb_flush_log_at_trx_commit as flushing, @@innodb_doublewrite as doubled')
  const found: Found[] = []
  if (Number(row?.flushing) !== 1)
    found.push(
      warning(
        `innodb_flush_log_at_trx_commit is ${row?.flushing}: a crash may lose what was acknowledged in the last second`,
        'Set it to 1: SET GLOBAL innodb_flush_log_at_trx_commit = 1, and in the configuration of the server',
      ),
    )
  if (/^(0|off)$/i.test(String(row?.doubled)))
    found.push(
      warning(
        'innodb_doublewrite is off: a power failure may destroy pages of the table',
        'Turn it on in the configuration of the server, unless its file system writes whole pages',
      ),
    )
  return found.length > 0 ? found : [ok('every commit is flushed (innodb_flush_log_at_trx_commit = 1)')]
}
