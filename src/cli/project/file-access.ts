import { existsSync, fchmodSync, fstatSync, lstatSync, readFileSync, type Stats, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { CommandError } from '../frame/errors.ts'

/** Only the owner can read and write. */
export const OWNER_ONLY = 0o600

/** The permissions of group and others. */
const OF_OTHERS = 0o077

/** The content of a file, also through a link; undefined where there is none. */
export function contentOf(folder: string, path: string): string | undefined {
  const file = resolve(folder, path)
  if (!existsSync(file)) return undefined
  // Reading a pipe would block.
  if (!statSync(file).isFile()) throw notAFile(path)
  return readFileSync(file, 'utf8')
}

/**
 * Refuses a file that cannot be written safely. A link may lead a secret, or a replacement, to a file that another user
 * has chosen.
 */
export function refuseUnsafe(folder: string, { path, isPrivate }: { path: string; isPrivate: boolean }): void {
  const stats = lstatSync(resolve(folder, path), { throwIfNoEntry: false })
  if (stats?.isSymbolicLink()) throw linkRefusal(path)
  if (stats && isPrivate) refuseForeign(stats, path)
}

export const linkRefusal = (path: string) =>
  new CommandError(
    `${path} is a symbolic link, and nothing is written through one. ` +
      'Remove the link, or replace it with a file, and repeat the command',
  )

export const notAFile = (path: string) =>
  new CommandError(`${path} is not a regular file; remove it, and repeat the command`)

/** The mode of a file that other users can access, in octal digits. */
export function openModeOf(folder: string, path: string): string | undefined {
  const stats = statSync(resolve(folder, path), { throwIfNoEntry: false })
  return stats && openMode(stats)
}

/** Removes the access of all users except the owner from an open file. */
export function narrow(handle: number, path: string): void {
  const stats = fstatSync(handle)
  if (openMode(stats) === undefined) return
  refuseForeign(stats, path)
  fchmodSync(handle, OWNER_ONLY)
}

function refuseForeign(stats: Stats, path: string): void {
  const mode = openMode(stats)
  if (mode === undefined || stats.uid === process.getuid?.()) return
  throw new CommandError(
    `${path} belongs to another user, and others can read it (mode ${mode}): ` +
      `its owner has to run chmod 600 ${path}, and then repeat the command`,
  )
}

// Windows has no such modes: the permissions of the folder apply.
function openMode({ mode }: Stats): string | undefined {
  if (process.platform === 'win32' || (mode & OF_OTHERS) === 0) return undefined
  return (mode & 0o777).toString(8)
}
