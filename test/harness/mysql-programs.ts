import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isRoot } from './account.ts'
import { execute } from './command.ts'
import { executables } from './executables.ts'

/** A MySQL or MariaDB server program and where its files lie. */
export interface MysqlBinary {
  /** The program, with a loader in front of it when it needs one. */
  line: string[]
  /** The folder that has the share folder in it. */
  prefix: string
  source: string
  /** Paths the program has to be told because it is not where it was built for. */
  paths: string[]
}

/** The first program of these names whose version is the right one. */
export async function installedBinary(
  names: string[],
  isRight: (version: string) => boolean,
): Promise<MysqlBinary | undefined> {
  for (const file of executables(...names)) {
    const version = await execute({ line: [file, '--no-defaults', '--version'] }).catch(() => undefined)
    if (version === undefined || !isRight(version)) continue
    return { line: [file], prefix: dirname(dirname(file)), source: `binary on this machine, ${file}`, paths: [] }
  }
  return undefined
}

/** Messages, character sets and scripts. Newer MariaDB packages have a folder of their own name. */
export function shareFolder(prefix: string): string {
  const folders = ['mariadb', 'mysql'].map((name) => join(prefix, 'share', name))
  const folder = folders.find((candidate) => existsSync(candidate))
  if (folder === undefined) throw new Error(`no ${folders.join(' and no ')}`)
  return folder
}

function inside(folder: string, name: string): string {
  const path = join(folder, name)
  mkdirSync(path, { recursive: true })
  return path
}

/** The start of every command line: no setting of this machine has a say. */
export function baseLine({ line, paths }: MysqlBinary, folder: string): string[] {
  const user = isRoot ? ['--user=root'] : []
  // A server that starts deletes the temporary tables of all that have the same folder for them.
  const folders = [`--datadir=${inside(folder, 'data')}`, `--tmpdir=${inside(folder, 'tmp')}`]
  return [...line, '--no-defaults', ...paths, ...user, ...folders, ...storageSettings]
}

// Level 2 hands each commit to the operating system, so it outlives a killed server.
const storageSettings = [
  '--innodb-flush-log-at-trx-commit=2',
  '--innodb-doublewrite=OFF',
  '--innodb-buffer-pool-size=128M',
]

export function networkSettings(folder: string, port: number): string[] {
  return [
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${join(folder, 's')}`,
    `--pid-file=${join(folder, 'pid')}`,
    '--max-connections=300',
  ]
}

export function rootUrl(port: number): string {
  return `mysql://root@127.0.0.1:${port}/mysql`
}
