import { StoredSessionStore } from '../../src/store/stored-session-store.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { secret } from './stores.ts'

/** A database of its own with our tables, and with no store that is open. */
export async function migratedDatabase(target: { create(): Promise<TestDatabase> }): Promise<TestDatabase> {
  const database = await target.create()
  const store = new StoredSessionStore({ database: database.url, secret, trim: false, migrate: true })
  await store.ready()
  await store.close()
  return database
}
