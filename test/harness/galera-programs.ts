import { existsSync } from 'node:fs'
import { unpackedGalera } from './debian-mysql.ts'
import { debianLike } from './debian-packages.ts'
import { installedBinary, type MysqlBinary } from './mysql-programs.ts'

export interface GaleraPrograms {
  readonly binary: MysqlBinary
  /** The library that makes a cluster of several servers. */
  readonly library: string
}

// Of Debian and Ubuntu, and of the others.
const libraries = ['/usr/lib/galera/libgalera_smm.so', '/usr/lib64/galera-4/libgalera_smm.so']

/** MariaDB with Galera: of this machine, or else unpacked from packages of Debian. */
export async function findGalera(): Promise<GaleraPrograms> {
  const library = libraries.find((file) => existsSync(file))
  const binary = library && (await installedBinary(['mariadbd'], (version) => version.includes('MariaDB')))
  if (binary) return { binary, library }
  if (debianLike() !== undefined) return unpackedGalera()
  throw new Error(
    'No Galera cluster to test on: there is no MariaDB with Galera on this machine.\n' +
      'What to do: install the packages mariadb-server and galera-4, or use a system that has apt-get.',
  )
}
