import { syncBuiltinESMExports } from 'node:module'
import { mock } from 'node:test'
import timers from 'node:timers/promises'
import type { EventRow, SessionDatabase } from '../../src/database/contract/session-database.ts'
import { openDatabase } from '../../src/database/open.ts'
import { StoredSessionStore } from '../../src/index.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { secret } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'
import { scheduledDatabase } from './protocol.ts'
import { currentActor, type Scheduler } from './scheduler.ts'

/** Events older than this are trimmed. */
export const RETAIN_MS = 60_000
/** Between two rounds of a forgetting. */
const PAUSE_MS = 110

/** Where a forgetting races: two stores with a strict history, as two processes have, and a look at their events. */
export interface ForgetArena {
  readonly stores: readonly [StoredSessionStore, StoredSessionStore]
  events(): Promise<EventRow[]>
  schedule(scheduler: Scheduler | undefined): void
  close(): Promise<void>
}

export async function forgetArena({ dialect, url }: TestDatabase): Promise<ForgetArena> {
  let current: Scheduler | undefined
  const open = async () => {
    const opened = await openDatabase(dialect, url, 'stored_sessions')
    const store = new StoredSessionStore({
      database: scheduledDatabase(opened, () => current),
      secret,
      migrate: true,
      trim: false,
      touchInterval: '1h',
      user: userIdOf,
      history: { strict: true, retain: RETAIN_MS },
    })
    await store.ready()
    return { store, opened, close: () => store.close().then(() => opened.close()) }
  }
  const [one, other] = [await open(), await open()]
  const restore = pausesAreSteps(() => current)
  return {
    stores: [one.store, other.store],
    events: () => allEvents(one.opened),
    schedule: (scheduler) => {
      current = scheduler
    },
    async close() {
      restore()
      await one.close()
      await other.close()
    },
  }
}

const allEvents = ({ history }: SessionDatabase) => history!.list({}, undefined, 1_000)

/** A forgetting pauses so long that other processes store what they have: the scheduler lets them instead. */
function pausesAreSteps(scheduler: () => Scheduler | undefined): () => void {
  const { setTimeout } = timers
  const pause = (delay?: number, ...rest: unknown[]) => {
    const current = delay === PAUSE_MS && currentActor() !== undefined ? scheduler() : undefined
    return current?.pause() ?? setTimeout(delay, ...rest)
  }
  const mocked = mock.method(timers, 'setTimeout', pause as typeof setTimeout)
  syncBuiltinESMExports()
  return () => {
    mocked.mock.restore()
    syncBuiltinESMExports()
  }
}
