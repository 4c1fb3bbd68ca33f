import { readFileSync, statSync } from 'node:fs'
import { CommandError } from '../frame/errors.ts'

/** The permissions of group and others. */
const BY_OTHERS = 0o077
const LEAST_CHARACTERS = 12
const MOST_BYTES = 1_024

/**
 * The password in a file, without the end of its line.
 *
 * @throws `CommandError` for a file that is missing, that others may open, or whose password is too short
 */
export function passwordFrom(path: string): string {
  const name = `the file ${path}, which --password-file names,`
  const { mode, size } = statOf(path, name)
  // Windows has no such modes.
  if (process.platform !== 'win32' && (mode & BY_OTHERS) !== 0) {
    throw new CommandError(
      `${name} can be opened by other users of this machine (mode ${(mode & 0o777).toString(8)}); run: chmod 600 ${path}`,
    )
  }
  if (size > MOST_BYTES) throw new CommandError(`${name} has more than ${MOST_BYTES} bytes; write only the password`)
  return checkedPassword(read(path, name).replace(/\r?\n$/, ''), name)
}

/** @throws `CommandError` for a password that could be guessed over the network */
export function checkedPassword(password: string, source = 'the password'): string {
  if ([...password].length >= LEAST_CHARACTERS) return password
  const has = source === 'the password' ? 'has' : 'holds a password with'
  throw new CommandError(`${source} ${has} fewer than ${LEAST_CHARACTERS} characters; choose a longer one`)
}

function statOf(path: string, name: string): { mode: number; size: number } {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new CommandError(`${name} does not exist`)
  if (!found.isFile()) throw new CommandError(`${name} is not a file`)
  return found
}

function read(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandError(`${name} cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error })
  }
}
