import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Database } from 'better-sqlite3'
import { type SQL, sql } from 'drizzle-orm'
import type { SessionDatabase, TrimBatch } from '../contract/session-database.ts'
import { dueCounter } from '../sql/count-due.ts'
import { type Compile, columnNames, type SessionsTable, type Statement, value, valuesFor } from '../sql/statements.ts'
import { createSqliteFile } from './private-file.ts'

/**
 * Trimming in SQLite. SQLite itself lets one process write at a time, so that batches never meet. The lock adds that
 * the rounds of two processes do not take turns: it is that of an empty file next to the database, which the operating
 * system lets go of when a process ends, however it ends.
 */
export function sqliteTrimming(
  client: Database,
  compile: Compile,
  table: SessionsTable,
  name: string,
  run: (statement: Statement, values: object) => number,
): Required<Pick<SessionDatabase, 'trim' | 'trimAlone' | 'countDue'>> {
  const statement = compile(trimRows(table))
  const trim: SessionDatabase['trim'] = async (before, limit) => run(statement, { before, limit })
  // Nobody else can open what is in memory. The path is relative to the working folder of today.
  const file = client.memory ? undefined : resolve(client.name)
  return {
    trim,
    countDue: dueCounter(compile, table, async (count, values) => ({
      rows: client.prepare(count.text).safeIntegers(false).all(valuesFor(count, values)) as Record<string, number>[],
    })),
    trimAlone: (work) => (file ? underLock(client, { file, table: name }, trim, work) : work(trim)),
  }
}

async function underLock<Result>(
  client: Database,
  place: Place,
  trim: TrimBatch,
  work: (trim: TrimBatch) => Promise<Result>,
): Promise<Result | undefined> {
  const lock = lockedFile(client.constructor as DatabaseClass, place)
  if (lock === 'taken') return undefined
  try {
    return await work(trim)
  } finally {
    lock?.close()
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

function trimRows(table: SessionsTable): SQL {
  const { sid, trimAt } = columnNames(table)
  return sql`delete from ${table} where ${sid} in (
    select ${sid} from ${table} where ${trimAt} <= ${value('before')} order by ${trimAt} limit ${value('limit')})`
}
