import { openDatabase } from '../../src/database/open.ts'
import { StoredSessionStore } from '../../src/index.ts'
import type { RevokeFilter } from '../../src/store/revoking.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { naiveStore } from '../races/naive-store.ts'
import { secret } from '../stores.ts'
import { limits } from './limits.ts'
import { type HistoryProtocol, historyProtocolOf } from './protocol.ts'

/** What one process has: a store of its own. */
export interface Process {
  readonly protocol: HistoryProtocol
  readonly trim: () => Promise<unknown>
  /** Missing where the store cannot do it. */
  readonly revoke?: (filter: RevokeFilter) => Promise<unknown>
  readonly handle?: (id: string) => string
}

/** Where a history happens. */
export interface Ground {
  readonly database: TestDatabase
  readonly processes: readonly Process[]
  /** Whether the store keeps Maps, BigInts and Dates. */
  readonly isRich: boolean
  close(): Promise<void>
}

/** Our store, twice on one database, as two processes have it. */
export async function storedGround(database: TestDatabase): Promise<Ground> {
  const stores = [1, 2].map(
    () =>
      new StoredSessionStore({
        ...limits,
        database: database.url,
        secret,
        migrate: true,
        trim: false,
        user: (session) => session.user as string | undefined,
      }),
  )
  for (const store of stores) await store.ready()
  const processes = stores.map((store) => ({
    protocol: historyProtocolOf(store as never),
    trim: () => store.trim(),
    revoke: (filter: RevokeFilter) => store.revoke(filter),
    handle: (sessionId: string) => store.handle({ sessionId }),
  }))
  return { database, processes, isRich: true, close: async () => void (await Promise.all(stores.map(closeStore))) }
}

/** A store that selects, upserts and deletes, on the table that {@link storedGround} made. */
export async function naiveGround(database: TestDatabase): Promise<Ground> {
  const opened = await openDatabase(database.dialect, database.url, 'stored_sessions')
  const process = { protocol: historyProtocolOf(naiveStore(opened)), trim: async () => {} }
  return { database, processes: [process], isRich: false, close: () => opened.close() }
}

const closeStore = (store: StoredSessionStore) => store.close()
