import { openDatabase } from '../../src/database/open.ts'
import { StoredSessionStore } from '../../src/index.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { protocolOf, scheduledDatabase } from './protocol.ts'
import type { Arena } from './race.ts'
import type { Scheduler } from './scheduler.ts'

export const secret = 'a secret for races, long enough to sign'

/**
 * Our store as the ground of a race, with a step before each of its statements.
 *
 * @param processes - 2 gives each party a store of its own, as two processes have
 */
export async function storedArena(
  database: TestDatabase,
  processes: 1 | 2,
): Promise<Arena & { close(): Promise<void> }> {
  let current: Scheduler | undefined
  const stores = await Promise.all(
    Array.from({ length: processes }, async () => {
      const opened = await openDatabase(database.dialect, database.url, 'stored_sessions')
      const store = new StoredSessionStore({
        database: scheduledDatabase(opened, () => current),
        secret,
        trim: false,
        user: (session) => session.user as string | undefined,
      })
      await store.ready()
      return { store, close: () => store.close().then(() => opened.close()) }
    }),
  )
  const [first, second = first!] = stores
  return {
    protocols: [protocolOf(first!.store as never), protocolOf(second.store as never)],
    revoke: (user) => second.store.revoke({ user }),
    trim: () => second.store.trim(),
    schedule: (scheduler) => {
      current = scheduler
    },
    close: async () => {
      for (const { close } of stores) await close()
    },
  }
}
