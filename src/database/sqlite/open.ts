import type Database from 'better-sqlite3'
import type { SessionDatabase } from '../contract/session-database.ts'
import type { SessionsTable } from '../sql/statements.ts'
import { betterSqlite3Client } from './better-sqlite3.ts'
import { sqliteDatabase } from './database.ts'
import { createSqliteFile } from './private-file.ts'
import type { SqliteTarget } from './url/url-settings.ts'

/** How long a start waits for another process that writes or migrates, in milliseconds. */
const START_MS = 30_000

/**
 * How long a statement waits for another process that writes, in milliseconds. It waits inside the call, and every
 * request with it; what takes longer is tried again from outside.
 */
const BUSY_MS = 10

/** Opens a file for sessions. A new one is readable by its owner alone. */
export function openSqliteFile(
  open: typeof Database,
  { file, mustExist }: SqliteTarget,
  table: SessionsTable,
  name: string,
): SessionDatabase {
  const path = file.trim()
  const isOnDisk = path !== ':memory:' && path !== ''
  if (isOnDisk && !mustExist) createSqliteFile(path)
  const client = open(path, { timeout: START_MS, fileMustExist: isOnDisk })
  const wait = (ms: number) => client.pragma(`busy_timeout = ${ms}`)
  useWriteAheadLog(client)
  // With a write-ahead log a killed process loses nothing that was acknowledged; only a power failure may.
  client.pragma('synchronous = NORMAL')
  wait(BUSY_MS)
  const database = sqliteDatabase(
    betterSqlite3Client(client, () => client.close()),
    table,
    name,
  )
  return {
    ...database,
    async migrate() {
      wait(START_MS)
      await database.migrate().finally(() => wait(BUSY_MS))
    },
  }
}

const PAUSE_MS = 10

/** SQLite does not wait for another process that changes the journal, or repairs it, at the same moment. */
function useWriteAheadLog(client: Database.Database): void {
  const deadline = performance.now() + START_MS
  for (;;) {
    try {
      client.pragma('journal_mode = WAL')
      return
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'SQLITE_BUSY' || performance.now() > deadline) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
    }
  }
}
