import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execute } from './command.ts'
import { unpackedMariadb } from './debian-mysql.ts'
import { localServer } from './local-server.ts'
import { baseLine, installedBinary, type MysqlBinary, networkSettings, rootUrl, shareFolder } from './mysql-programs.ts'
import { mysqlVersion } from './server-version.ts'
import type { TestServer } from './test-server.ts'

/** A MariaDB of this machine; undefined when there is none. */
export async function localMariadb(settings: string[]): Promise<TestServer | undefined> {
  const binary = await installedBinary(['mariadbd', 'mysqld'], (version) => version.includes('MariaDB'))
  return binary && mariadbProgram(binary, settings)
}

export async function debianMariadb(settings: string[]): Promise<TestServer> {
  return mariadbProgram(await unpackedMariadb(), settings)
}

function mariadbProgram(binary: MysqlBinary, settings: string[]): Promise<TestServer> {
  return localServer({
    name: 'mariadb',
    source: binary.source,
    askVersion: mysqlVersion,
    signals: { stop: 'SIGTERM', discard: 'SIGKILL' },
    url: rootUrl,
    initialise: (folder) => initialiseMariadb(binary, folder),
    command: (folder, port) => ({
      line: [
        ...baseLine(binary, folder),
        ...networkSettings(folder, port),
        '--character-set-server=utf8mb4',
        ...settings,
      ],
    }),
  })
}

/** Makes the tables of a new server. */
export async function initialiseMariadb(binary: MysqlBinary, folder: string): Promise<void> {
  await execute({ line: [...baseLine(binary, folder), '--bootstrap'] }, systemTables(shareFolder(binary.prefix)))
}

// mariadb-install-db feeds the server the same scripts, but it cannot start one that needs a loader.
function systemTables(share: string): string {
  const preparation = 'CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n'
  return preparation + scripts.map((name) => readFileSync(script(share, name), 'utf8')).join('\n')
}

const scripts = ['system_tables', 'performance_tables', 'system_tables_data', 'add_gis_sp_bootstrap', 'sys_schema']

// The prefix is mysql_, mariadb_ or maria_, by version and by script.
function script(share: string, name: string): string {
  const file = readdirSync(share).find((entry) => entry.replace(/^[a-z]+_/, '') === `${name}.sql`)
  if (file === undefined) throw new Error(`no MariaDB script ${name} in ${share}`)
  return join(share, file)
}
