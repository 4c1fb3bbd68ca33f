import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { isRoot, unprivilegedAccount } from './account.ts'
import { type LocalServer, localServer } from './local-server.ts'
import { findPgbouncer, type PgbouncerProgram, pgbouncerVersion } from './pgbouncer-programs.ts'

export interface PoolerSettings {
  /** How many statements it prepares again on another connection; with 0 none. Before 1.21 it knows no such setting. */
  readonly maxPreparedStatements?: number
  /** For how long a client has a connection with the server. */
  readonly mode?: 'transaction' | 'session'
}

/** Connections with the server, of each database and user: so few that clients take turns on them. */
export const POOL_SIZE = 4

/**
 * A PgBouncer, not started yet. Its URL is that of its console.
 *
 * @param serverUrl - of the PostgreSQL behind it
 * @param program - of those on this machine the right one
 */
export async function pgbouncerServer(
  serverUrl: string,
  settings: PoolerSettings,
  program?: PgbouncerProgram,
): Promise<LocalServer> {
  const { line, source } = program ?? (await findPgbouncer())
  // It does not run as root, and becomes another by itself: its program may lie where that one cannot read.
  const account = isRoot ? ['-u', unprivilegedAccount().name] : []
  return localServer({
    name: 'postgres',
    source: `PgBouncer, ${source}`,
    askVersion: async (url) => {
      await ask(url, 'SHOW VERSION')
      return pgbouncerVersion(line)
    },
    signals: { stop: 'SIGINT', discard: 'SIGKILL' },
    url: (port) => pooledUrl(`postgres://127.0.0.1:${port}`, new URL('/pgbouncer', serverUrl).href),
    async initialise(folder) {
      const { username, password } = new URL(serverUrl)
      // Others are asked for at the server.
      writeFileSync(join(folder, 'users'), `"${username}" "${decodeURIComponent(password)}"\n`)
    },
    command(folder, port) {
      const file = join(folder, 'pgbouncer.ini')
      writeFileSync(file, configuration(serverUrl, settings, port, join(folder, 'users')))
      return { line: [...line, ...account, file] }
    },
  })
}

/** The URL of a database by way of a pooler. */
export function pooledUrl(poolerUrl: string, databaseUrl: string): string {
  const url = new URL(databaseUrl)
  url.host = new URL(poolerUrl).host
  return url.href
}

/** What the console of a pooler answers. */
export async function ask(consoleUrl: string, command: string): Promise<postgres.Row[]> {
  // The console knows nothing of prepared statements, nor of types.
  const sql = postgres(consoleUrl, { max: 1, connect_timeout: 5, fetch_types: false, onnotice: () => {} })
  try {
    return await sql.unsafe(command)
  } finally {
    await sql.end({ timeout: 0 })
  }
}

function configuration(
  serverUrl: string,
  { maxPreparedStatements, mode = 'transaction' }: PoolerSettings,
  port: number,
  users: string,
): string {
  const { hostname, port: serverPort, username } = new URL(serverUrl)
  return `[databases]
* = host=${hostname} port=${serverPort || 5432}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
auth_user = ${username}
admin_users = ${username}
pool_mode = ${mode}
default_pool_size = ${POOL_SIZE}
max_client_conn = 1000
${maxPreparedStatements === undefined ? '' : `max_prepared_statements = ${maxPreparedStatements}`}
; Each test has a database of its own, whose connections nobody needs afterwards.
server_idle_timeout = 5
; A server that is back is used again at once.
server_login_retry = 1
`
}
