import type { Sql } from 'postgres'
import type { PgClient } from '../../database/pg/client.ts'
import { type NodePgClient, nodePostgresClient } from '../../database/pg/node-postgres.ts'
import { driverOptions, targetOf } from '../../database/pg/open.ts'
import { type Pglite, pgliteClient } from '../../database/pg/pglite.ts'
import { postgresJsClient } from '../../database/pg/postgres-js.ts'
import { type DrizzleDatabase, drizzleKind } from '../../database/recognise.ts'
import { loadDriver } from '../../database/sql/load-driver.ts'
import type { TimeLimits } from '../../time/time-limits.ts'
import type { Query, Row } from '../findings/inspection.ts'

/** One connection, until it is released. */
export interface PgSession {
  readonly query: Query
  /** Runs a statement with a parameter like the store: prepared, unless the driver is configured otherwise. */
  prepared(text: string, value: string): Promise<Row[]>
  release(): Promise<void>
}

/** Connections to PostgreSQL through one of the drivers. */
export interface PgConnections {
  readonly client: PgClient
  readonly query: Query
  /** The process number that the server announced, which a pooler invents, and the number of the actual process. */
  processes(): Promise<{ announced: number | undefined; actual: number }>
  /** Absent where there is only one connection, or where a connection cannot be kept. */
  session?(): Promise<PgSession>
  /** Whether the driver resends statements that a pooler lost, and then sends all in a form that it cannot lose. */
  readonly sendsLostAnew?: boolean
  close(): Promise<void>
}

const WHO = 'select pg_backend_pid() as pid'

export async function pgConnections(
  database: string | DrizzleDatabase,
  timeLimits: TimeLimits,
): Promise<PgConnections> {
  if (drizzleKind(database) === 'NodePgDatabase')
    return nodePg((database as DrizzleDatabase).$client as NodePgClient, timeLimits)
  if (drizzleKind(database) === 'PgliteDatabase')
    return pglite((database as DrizzleDatabase).$client as Pglite, timeLimits)
  if (typeof database !== 'string') return postgresJs(database.$client as Sql, timeLimits, async () => {})
  const { default: postgres } = await loadDriver('PostgreSQL', 'postgres', () => import('postgres'))
  const target = targetOf(database)
  const { hosts, settings } = target
  const list = hosts.length > 1 ? { host: hosts.map(({ host }) => host), port: hosts.map(({ port }) => port) } : {}
  const options = {
    ...driverOptions(target, hosts[0]!, timeLimits.request / 1_000),
    ...list,
    max: 1,
    target_session_attrs: settings.wantsPrimary ? 'primary' : null,
  }
  const open = () => postgres(options as object)
  const sql = open()
  return {
    ...postgresJs(sql, timeLimits, () => sql.end({ timeout: 0 })),
    session: async () => sessionOf(open()),
  }
}

function pglite(database: Pglite, timeLimits: TimeLimits): PgConnections {
  const client = pgliteClient(database, timeLimits)
  return {
    client,
    query: async (text) => (await client.query(text, [])).rows,
    // No process of its own, and nothing in between.
    processes: async () => ({ announced: undefined, actual: process.pid }),
    close: async () => {},
  }
}

function postgresJs(sql: Sql, timeLimits: TimeLimits, close: () => Promise<void>): PgConnections {
  return {
    client: postgresJsClient(sql, timeLimits),
    query: (text) => sql.unsafe(text) as Promise<Row[]>,
    async processes() {
      const query = sql.unsafe(WHO)
      const [row] = await query
      // The types omit the state.
      const { state } = query as unknown as { state?: { pid?: number } }
      return { announced: state?.pid, actual: Number(row?.pid) }
    },
    close,
  }
}

// A separate client, because postgres.js (3.4.9) waits without end for a new connection to be reserved, unless it
// fetches types.
function sessionOf(sql: Sql): PgSession {
  const { prepare } = sql.options
  return {
    query: (text) => sql.unsafe(text) as Promise<Row[]>,
    prepared: (text, value) => sql.unsafe(text, [value], { prepare }) as unknown as Promise<Row[]>,
    release: () => sql.end({ timeout: 0 }),
  }
}

interface NodePgConnection {
  readonly processID?: number
  query(statement: string | { name: string; text: string; values: unknown[] }): Promise<{ rows: Row[] }>
  release?(): void
}

function nodePg(pool: NodePgClient, timeLimits: TimeLimits): PgConnections {
  const client = nodePostgresClient(pool, timeLimits)
  const isPool = 'totalCount' in pool
  const connect = async () => (isPool ? await pool.connect!() : pool) as NodePgConnection
  const release = async (connection: NodePgConnection) => {
    if (isPool) connection.release?.()
  }
  return {
    client,
    sendsLostAnew: true,
    query: async (text) => (await (pool as NodePgConnection).query(text)).rows,
    async processes() {
      const connection = await connect()
      const { rows } = await connection.query(WHO).finally(() => release(connection))
      return { announced: connection.processID, actual: Number(rows[0]?.pid) }
    },
    ...(!client.isSingle && {
      async session() {
        const connection = await connect()
        return {
          query: async (text) => (await connection.query(text)).rows,
          prepared: async (text, value) =>
            (await connection.query({ name: 'stored_session_doctor', text, values: [value] })).rows,
          release: () => release(connection),
        }
      },
    }),
    close: async () => {},
  }
}
