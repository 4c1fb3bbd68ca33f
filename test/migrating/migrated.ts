import { StoredSessionStore, type StoreOptions } from '../../src/index.ts'
import type { DatabaseTarget, TestDatabase } from '../harness/databases.ts'
import { secret } from './sign-in.ts'

/** Opens a store on a database, with its migrations applied first, and closes it. */
export async function migrate({ url }: Pick<TestDatabase, 'url'>, options: Partial<StoreOptions> = {}): Promise<void> {
  const store = new StoredSessionStore({ database: url, secret, migrate: true, ...options })
  try {
    await store.ready()
  } finally {
    await store.close()
  }
}

/** A new database with our migrations applied by the store. */
export async function migrated(target: DatabaseTarget): Promise<TestDatabase> {
  const database = await target.create()
  await migrate(database)
  return database
}
