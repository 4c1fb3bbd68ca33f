import Database from 'better-sqlite3'
import type { TestDatabase } from '../harness/databases.ts'
import { connect } from '../trimming/connection.ts'

/** Locks all sessions against changes, and resolves with what lets go of them. */
export async function lockRows(database: TestDatabase): Promise<() => Promise<void>> {
  if (database.dialect === 'sqlite') {
    const client = new Database(database.url.slice('sqlite:'.length))
    client.exec('begin immediate')
    return async () => void client.close()
  }
  const connection = await connect(database)
  await connection.run('start transaction')
  await connection.run('select sid from stored_sessions for update')
  return async () => {
    await connection.run('rollback')
    await connection.close()
  }
}
