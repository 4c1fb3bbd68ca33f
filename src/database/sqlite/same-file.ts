import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Database } from 'better-sqlite3'
import { ReplacedFileError } from '../../errors.ts'

/**
 * Makes a function that checks whether the path of a database still leads to the file that is open. The system keeps a
 * file that was removed until it is closed, and SQLite notices nothing.
 */
export function fileCheck({ name, memory }: Pick<Database, 'name' | 'memory'>): () => void {
  if (memory) return () => {}
  const path = resolve(name)
  const opened = identityOf(path)
  return () => {
    if (identityOf(path) !== opened) throw new ReplacedFileError()
  }
}

function identityOf(path: string): string | undefined {
  const file = statSync(path, { bigint: true, throwIfNoEntry: false })
  return file && `${file.dev}:${file.ino}`
}
