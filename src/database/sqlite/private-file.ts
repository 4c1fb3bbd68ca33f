import { existsSync, writeFileSync } from 'node:fs'

/** For its owner to read and write. */
const OWNER_ONLY = 0o600

/**
 * Creates an empty file, unless there is one. SQLite would create it for everybody to read; the files that SQLite creates
 * beside it, such as the write-ahead log, have the mode of the database.
 *
 * @param mode - the bits of its permissions; Windows has none
 */
export function createSqliteFile(file: string, mode = OWNER_ONLY): void {
  try {
    // Exclusive creation follows no link.
    writeFileSync(file, '', { flag: 'wx', mode })
  } catch (error) {
    const { code } = error as { code?: string }
    // A folder that is missing is what the driver tells of by itself.
    if (code === 'ENOENT' || existsSync(file)) return
    if (code !== 'EEXIST') throw error
    throw new Error(
      `${file} is a symbolic link to a file that does not exist. Create that file, readable by its owner alone, or remove the link`,
    )
  }
}
