import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Database } from 'better-sqlite3'
import type { SqliteClient } from './client.ts'
import { createSqliteFile } from './private-file.ts'

/**
 * The lock of trimming. SQLite itself lets one process write at a time, so that batches never meet. The lock adds that
 * the rounds of two processes do not take turns: it is that of an empty file next to the database, which the operating
 * system lets go of when a process ends, however it ends.
 */
export function trimLock(client: Database): SqliteClient['trimAlone'] {
  // Nobody else can open what is in memory. The path is relative to the working folder of today.
  const file = client.memory ? undefined : resolve(client.name)
  return async (table, work) => {
    const lock = file && lockedFile(client.constructor as DatabaseClass, { file, table })
    if (lock === 'taken') return undefined
    try {
      return await work()
    } finally {
      if (lock) lock.close()
    }
  }
}

/** What is trimmed. */
interface Place {
  /** The path of the database. */
  readonly file: string
  readonly table: string
}

type DatabaseClass = new (path: string, options: { timeout: number; fileMustExist: boolean }) => Database

/** Locks the file; undefined when it cannot be had at all, in a folder that is not ours to write in. */
function lockedFile(LockFile: DatabaseClass, { file, table }: Place): Database | 'taken' | undefined {
  const path = `${file}-trim-${encodeURIComponent(table)}`
  let lock: Database | undefined
  try {
    // With the permissions of the database: each of its users can take the lock.
    createSqliteFile(path, statSync(file).mode & 0o666)
    lock = new LockFile(path, { timeout: 0, fileMustExist: true })
    lock.exec('begin exclusive')
    return lock
  } catch (error) {
    lock?.close()
    return (error as { code?: string }).code === 'SQLITE_BUSY' ? 'taken' : undefined
  }
}
