import { execute } from './command.ts'
import { unpackedMysql } from './debian-mysql.ts'
import { localServer } from './local-server.ts'
import { baseLine, installedBinary, type MysqlBinary, networkSettings, rootUrl } from './mysql-programs.ts'
import { mysqlVersion } from './server-version.ts'
import type { TestServer } from './test-server.ts'

/** A MySQL of this machine; undefined when there is none. */
export async function localMysql(settings: string[]): Promise<TestServer | undefined> {
  // MariaDB installs itself under this name as well.
  const binary = await installedBinary(['mysqld'], (version) => !version.includes('MariaDB'))
  return binary && mysqlProgram(binary, settings)
}

export async function debianMysql(settings: string[]): Promise<TestServer> {
  return mysqlProgram(await unpackedMysql(), settings)
}

function mysqlProgram(binary: MysqlBinary, settings: string[]): Promise<TestServer> {
  return localServer({
    name: 'mysql',
    source: binary.source,
    askVersion: mysqlVersion,
    signals: { stop: 'SIGTERM', discard: 'SIGKILL' },
    url: rootUrl,
    async initialise(folder) {
      await execute({ line: [...baseLine(binary, folder), '--secure-file-priv=', '--initialize-insecure'] })
    },
    command: (folder, port) => ({
      line: [...baseLine(binary, folder), ...networkSettings(folder, port), ...usualSettings, ...settings],
    }),
  })
}

const usualSettings = ['--secure-file-priv=', '--mysqlx=OFF', '--disable-log-bin', '--performance-schema=OFF']
