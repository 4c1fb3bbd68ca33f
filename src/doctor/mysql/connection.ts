import { type Mysql2Promise, type MysqlClient, mysql2Client, plainFor } from '../../database/mysql/client.ts'
import { openMysqlUrl } from '../../database/mysql/open.ts'
import { coreOf, makeWait, setOwnSession } from '../../database/mysql/own-pool.ts'
import { mysqlTargetOf } from '../../database/mysql/url/target.ts'
import { waitsOf } from '../../database/mysql/waits.ts'
import type { DrizzleDatabase } from '../../database/recognise.ts'
import { loadDriver } from '../../database/sql/load-driver.ts'
import type { TimeLimits } from '../../time/time-limits.ts'
import type { Query, Row } from '../findings/inspection.ts'

/** Connections to MySQL or MariaDB through mysql2. */
export interface MysqlConnections {
  readonly client: MysqlClient
  readonly query: Query
  /** The connection number that the server announced, and the actual number. */
  numbers(): Promise<{ announced: number | undefined; actual: number }>
  close(): Promise<void>
}

/** A connection of the promise pool, whose types omit the number. */
interface Numbered {
  readonly threadId?: number
  query(statement: object): Promise<[unknown, unknown]>
  release?(): void
}

const CONNECTIONS = 2

export async function mysqlConnections(
  database: string | DrizzleDatabase,
  timeLimits: TimeLimits,
): Promise<MysqlConnections> {
  if (typeof database !== 'string') {
    const client = database.$client as Mysql2Promise & { promise?(): Mysql2Promise }
    return connectionsOf(client.promise ? client.promise() : client, timeLimits, async () => {})
  }
  const { createPool } = await loadDriver('MySQL and MariaDB', 'mysql2', () => import('mysql2/promise'))
  const { places, settings } = mysqlTargetOf(database)
  if (places.length > 1) return ofSeveralHosts(openMysqlUrl(createPool, database, CONNECTIONS, timeLimits))
  const pool = createPool({ ...places[0], connectionLimit: CONNECTIONS, connectTimeout: timeLimits.request })
  coreOf(pool).on('connection', setOwnSession)
  makeWait(pool, waitsOf(settings))
  return connectionsOf(pool as unknown as Mysql2Promise, timeLimits, () => pool.end())
}

// The client chooses the host for each query, so one connection's numbers say nothing about a proxy.
function ofSeveralHosts(client: MysqlClient): MysqlConnections {
  return {
    client,
    async query(text) {
      let rows: Row[] = []
      await client.withConnection(async (query) => {
        rows = (await query(text)).rows
      })
      return rows
    },
    numbers: async () => ({ announced: undefined, actual: 0 }),
    close: () => client.close(),
  }
}

function connectionsOf(client: Mysql2Promise, timeLimits: TimeLimits, close: () => Promise<void>): MysqlConnections {
  const plain = plainFor(client)
  const ask = async (connection: Pick<Numbered, 'query'>, sql: string) =>
    (await connection.query({ ...plain, sql }))[0] as Row[]
  return {
    client: mysql2Client(client, timeLimits),
    query: (text) => ask(client as unknown as Numbered, text),
    async numbers() {
      const connection = (client.getConnection ? await client.getConnection() : client) as unknown as Numbered
      try {
        const [row] = await ask(connection, 'select connection_id() as number')
        return { announced: connection.threadId, actual: Number(row?.number) }
      } finally {
        if (client.getConnection) connection.release?.()
      }
    },
    close,
  }
}
