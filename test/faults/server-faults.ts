import mysql from 'mysql2/promise'
import postgres from 'postgres'
import type { Fault } from './fault.ts'
import type { Ground } from './ground.ts'

/** Connections that PostgreSQL of the tests allows, and what MySQL is told to allow. */
const MOST_PG = 300
const FEW_MYSQL = 10

/** What can become of a server that nobody else uses. */
export const serverFaults: Fault[] = [
  {
    name: 'the server is stopped',
    refuses: 'all',
    async begin({ server }) {
      await server!.stop()
      return () => server!.start()
    },
  },
  {
    name: 'the server is killed',
    refuses: 'all',
    async begin({ server }) {
      await server!.kill()
      return () => server!.start()
    },
  },
  {
    name: 'the server was killed and started again',
    refuses: 'any number',
    async begin({ server }) {
      await server!.kill()
      await server!.start()
      return () => {}
    },
  },
  {
    name: 'the server has no connection left',
    refuses: 'all',
    begin: (ground) => (ground.database.dialect === 'pg' ? exhaustPg(ground) : exhaustMysql(ground)),
  },
]

/** The database takes no writes: of PostgreSQL for everybody, of MySQL; MariaDB lets its administrator write on. */
export const readOnlyServer: Fault = {
  name: 'the server is read-only',
  refuses: 'some',
  begin: (ground) => (ground.database.dialect === 'pg' ? readOnlyPg(ground) : readOnlyMysql(ground)),
}

async function exhaustPg({ database, proxy }: Ground): Promise<() => Promise<unknown>> {
  const clients: postgres.Sql[] = []
  const take = async () => {
    const sql = postgres(database.url, { max: 1, onnotice: () => {} })
    clients.push(sql)
    await sql`select 1`
  }
  for (let taken = 0; taken < MOST_PG; taken += 20) {
    await Promise.allSettled(Array.from({ length: 20 }, take))
  }
  proxy!.reset()
  await Promise.allSettled(Array.from({ length: 20 }, take))
  return () => Promise.all(clients.map((sql) => sql.end({ timeout: 0 })))
}

async function exhaustMysql({ database: { url }, proxy }: Ground): Promise<() => Promise<unknown>> {
  const admin = await mysql.createConnection({ uri: url })
  const [[before]] = (await admin.query('SELECT @@GLOBAL.max_connections AS most')) as unknown as [[{ most: number }]]
  await admin.query(`SET GLOBAL max_connections = ${FEW_MYSQL}`)
  proxy!.reset()
  const attempts = Array.from({ length: 2 * FEW_MYSQL }, () => mysql.createConnection({ uri: url }))
  const taken = (await Promise.allSettled(attempts)).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  return async () => {
    await admin.query(`SET GLOBAL max_connections = ${before.most}`)
    await Promise.all([admin, ...taken].map((connection) => connection.end()))
  }
}

async function readOnlyPg({ database, proxy }: Ground): Promise<() => Promise<void>> {
  const name = new URL(database.url).pathname.slice(1)
  const set = async (value: string) => {
    const url = new URL(database.url)
    url.pathname = 'postgres'
    const sql = postgres(url.href, { max: 1 })
    await sql.unsafe(`ALTER DATABASE ${name} SET default_transaction_read_only = ${value}`)
    await sql.end()
    // The setting is that of new connections.
    proxy!.reset()
  }
  await set('on')
  return () => set('off')
}

async function readOnlyMysql({ database }: Ground): Promise<() => Promise<unknown>> {
  await database.query('SET GLOBAL super_read_only = 1')
  return async () => {
    await database.query('SET GLOBAL super_read_only = 0')
    await database.query('SET GLOBAL read_only = 0')
  }
}
