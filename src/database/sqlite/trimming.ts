import { resolve } from 'node:path'
import type { Database } from 'better-sqlite3'
import { type SQL, sql } from 'drizzle-orm'
import { dueCounter } from '../due-count.ts'
import type { SessionDatabase, TrimBatch } from '../session-database.ts'
import { type Compile, type SessionsTable, type Statement, valuesFor } from '../statement.ts'
import { columnNames, value } from '../statements.ts'

/**
 * Trimming in SQLite. SQLite itself lets one process write at a time, so that batches never meet. The lock adds that
 * the rounds of two processes do not take turns: it is that of an empty file beside the database, which the operating
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
  const lockFile = client.memory ? undefined : `${resolve(client.name)}-trim-${encodeURIComponent(name)}`
  return {
    trim,
    countDue: dueCounter(compile, table, async (count, values) => ({
      rows: client.prepare(count.text).safeIntegers(false).all(valuesFor(count, values)) as Record<string, number>[],
    })),
    trimAlone: (work) => (lockFile ? underLock(client, lockFile, trim, work) : work(trim)),
  }
}

async function underLock<Result>(
  client: Database,
  file: string,
  trim: TrimBatch,
  work: (trim: TrimBatch) => Promise<Result>,
): Promise<Result | undefined> {
  const lock = lockedFile(client.constructor as DatabaseClass, file)
  if (lock === 'taken') return undefined
  try {
    return await work(trim)
  } finally {
    lock?.close()
  }
}

type DatabaseClass = new (path: string, options: { timeout: number }) => Database

/** Locks the file; undefined when it cannot be had at all, in a folder that is not ours to write in. */
function lockedFile(LockFile: DatabaseClass, file: string): Database | 'taken' | undefined {
  let lock: Database | undefined
  try {
    lock = new LockFile(file, { timeout: 0 })
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
