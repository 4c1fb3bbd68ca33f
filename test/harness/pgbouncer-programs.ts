import { join } from 'node:path'
import { execute } from './command.ts'
import { debianLike, updateWithUnstable } from './debian-packages.ts'
import { executables } from './executables.ts'
import { cached } from './package-cache.ts'
import { unpackedLine } from './unpacked-program.ts'

export interface PgbouncerProgram {
  /** The program, with a loader in front of it when it needs one. */
  readonly line: string[]
  readonly source: string
}

/** The first version that keeps prepared statements in transaction mode. */
const LEAST = '1.21'

/** PgBouncer: of this machine, if it is new enough, or else unpacked from packages of Debian. */
export async function findPgbouncer(): Promise<PgbouncerProgram> {
  const installed = await installedPgbouncer()
  if (installed) return installed
  if (debianLike() !== undefined)
    return unpackedPgbouncer().catch((error) => {
      throw missing(error.message)
    })
  throw missing(`there is none of ${LEAST} or newer on this machine`)
}

function missing(reason: string): Error {
  return new Error(
    `No PgBouncer to test with: ${reason}.\n` +
      `What to do: install PgBouncer ${LEAST} or newer, or use a system whose packages have it, such as Debian.`,
  )
}

async function installedPgbouncer(): Promise<PgbouncerProgram | undefined> {
  for (const file of executables('pgbouncer')) {
    const version = await pgbouncerVersion([file]).catch(() => '')
    if (isAtLeast(version)) return { line: [file], source: `binary on this machine, ${file}` }
  }
  return undefined
}

const isAtLeast = (version: string) => version.localeCompare(LEAST, 'en', { numeric: true }) >= 0

async function unpackedPgbouncer(): Promise<PgbouncerProgram> {
  const root = await cached('pgbouncer', async (target, apt) => {
    // Debian's stable releases up to 12 have an older one.
    await updateWithUnstable(apt)
    await apt.unpack('pgbouncer', target)
  })
  const line = unpackedLine(root, join('usr', 'sbin', 'pgbouncer'))
  const version = await pgbouncerVersion(line)
  if (!isAtLeast(version)) throw new Error(`the package pgbouncer of this system is ${version}`)
  return { line, source: `package pgbouncer, unpacked in ${root}` }
}

/** What a program says that it is. */
export async function pgbouncerVersion(line: string[]): Promise<string> {
  const said = await execute({ line: [...line, '--version'] })
  return /^PgBouncer (\S+)/i.exec(said)?.[1] ?? ''
}
