import { randomBytes } from 'node:crypto'
import { after, before } from 'node:test'
import { StoredSessionStore, type StoreOptions } from '../../src/index.ts'
import type { DatabaseTarget, TestDatabase } from '../harness/databases.ts'

export const secret = 'correct horse battery staple, thirty-two and more'

/** A database and stores on it, for the tests of one suite. */
export interface OpenStores {
  database: TestDatabase
  /** The store that most tests use. */
  store: StoredSessionStore
  /** Another store on the same database, as another process would have one. */
  another(options?: Partial<StoreOptions>): Promise<StoredSessionStore>
}

/** Opens a new database with one store before the tests of a suite, and closes everything after them. */
export function storesOn(target: DatabaseTarget, options: Partial<StoreOptions> = {}): OpenStores {
  const opened: StoredSessionStore[] = []
  const suite = {
    async another(more: Partial<StoreOptions> = {}) {
      const store = new StoredSessionStore({
        database: suite.database.url,
        secret,
        migrate: true,
        trim: false,
        ...options,
        ...more,
      })
      opened.push(store)
      await store.ready()
      return store
    },
  } as OpenStores
  before(async () => {
    suite.database = await target.create()
    suite.store = await suite.another()
  })
  after(async () => {
    await Promise.all(opened.map((store) => store.close()))
    await suite.database.drop()
  })
  return suite
}

/** A session id of the usual form. */
export function newId(): string {
  return randomBytes(24).toString('base64url')
}
