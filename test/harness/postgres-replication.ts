import { existsSync, readdirSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { isRoot, unprivilegedAccount } from './account.ts'
import { debianLike } from './debian-packages.ts'
import { cached } from './package-cache.ts'
import { installedBinaries, type PostgresPrograms } from './postgres-server.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** What a standby is made with. */
const NAMES = ['pg_basebackup', 'pg_rewind']

/** A PostgreSQL with the programs that make standbys: of this machine, or else unpacked from packages of Debian. */
export async function replicatingPostgres(): Promise<PostgresPrograms> {
  const account = isRoot ? unprivilegedAccount() : undefined
  const installed = installedBinaries(...NAMES)
  if (installed) return { ...installed, account }
  if (debianLike() !== undefined) return { ...(await unpackedPostgres()), account }
  throw new Error(
    `No PostgreSQL with a standby to test on: this machine has no ${NAMES.join(' and no ')}.\n` +
      'What to do: install the package postgresql, which has them.',
  )
}

/** They start each other by their paths, so they run on the C library of the system, of which the packages are. */
async function unpackedPostgres(): Promise<PostgresPrograms> {
  const cache = await cached('postgresql', async (target, apt) => {
    await apt.update()
    await apt.unpack('postgresql', target)
  })
  const root = isRoot ? temporaryFolder('postgres-programs') : cache
  // Root's home is closed to the account that runs them.
  if (isRoot) await cp(join(cache, 'usr'), join(root, 'usr'), { recursive: true, verbatimSymlinks: true })
  const versions = join(root, 'usr', 'lib', 'postgresql')
  const folder = join(versions, readdirSync(versions).sort((a, b) => Number(b) - Number(a))[0]!, 'bin')
  const libraries = ['usr/lib', 'lib'].map((part) => join(root, part)).filter((part) => existsSync(part))
  const triplets = libraries.flatMap((part) => readdirSync(part).map((name) => join(part, name)))
  const env = { ...process.env, LD_LIBRARY_PATH: triplets.filter((part) => part.includes('-linux-gnu')).join(':') }
  return { folder, source: `package postgresql, unpacked in ${cache}`, env }
}
