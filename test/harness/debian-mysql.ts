import { join } from 'node:path'
import { type PrivateApt, updateWithUnstable } from './debian-packages.ts'
import { type MysqlBinary, shareFolder } from './mysql-programs.ts'
import { cached } from './package-cache.ts'
import { unpackedLine } from './unpacked-program.ts'

export async function unpackedMariadb(): Promise<MysqlBinary> {
  const root = await cached('mariadb', async (target, apt) => {
    await apt.update()
    await apt.unpack('mariadb-server-core', target)
  })
  return unpackedBinary(root, 'mariadbd', 'package mariadb-server-core')
}

/** A MariaDB server, and the library that makes a Galera cluster of several. */
export async function unpackedGalera(): Promise<{ binary: MysqlBinary; library: string }> {
  const root = await cached('galera', async (target, apt) => {
    await apt.update()
    await apt.unpack('mariadb-server-core', target)
    await apt.unpack('galera-4', target)
  })
  const binary = unpackedBinary(root, 'mariadbd', 'packages mariadb-server-core and galera-4')
  return { binary, library: join(root, 'usr', 'lib', 'galera', 'libgalera_smm.so') }
}

export async function unpackedMysql(): Promise<MysqlBinary> {
  const root = await cached('mysql', async (target, apt) => {
    // Debian's stable releases have MariaDB in the place of MySQL; its unstable suite has MySQL.
    await updateWithUnstable(apt)
    await apt.unpack(await newestMysql(apt), target)
  })
  return unpackedBinary(root, 'mysqld', 'package mysql-server-core')
}

// Ubuntu has the version in the name of the package, Debian has not.
async function newestMysql(apt: PrivateApt): Promise<string> {
  const found = await apt.run('apt-cache', 'search', '--names-only', '^mysql-server-core(-[0-9.]+)?$')
  const names = found.split('\n').flatMap((line) => line.split(' ')[0] || [])
  const newest = names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)
  if (newest === undefined) throw apt.explain(new Error('the distribution has no package mysql-server-core'))
  return newest
}

function unpackedBinary(root: string, program: string, source: string): MysqlBinary {
  const prefix = join(root, 'usr')
  const share = shareFolder(prefix)
  return {
    line: unpackedLine(root, join('usr', 'sbin', program)),
    prefix,
    source: `${source}, unpacked in ${root}`,
    paths: [`--lc-messages-dir=${share}`, `--character-sets-dir=${join(share, 'charsets')}`],
  }
}
