import { openDatabase } from '../../src/database/open.ts'
import type { StoreOptions } from '../../src/index.ts'
import type { RevokeFilter } from '../../src/store/management/revoking.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { naiveStore } from '../races/naive-store.ts'
import { LONGEST_WAIT } from './limits.ts'
import { type HistoryProtocol, historyProtocolOf } from './protocol.ts'
import { StoredGround } from './stored-ground.ts'

/** What one process has: a store of its own. What is missing the store cannot do. */
export interface Process {
  readonly protocol: HistoryProtocol
  readonly trim: () => Promise<unknown>
  readonly revoke?: (filter: RevokeFilter) => Promise<unknown>
  readonly updateAll?: (
    user: string,
    change: (session: Record<string, unknown>) => void,
  ) => Promise<{ remaining: number }>
  readonly handle?: (id: string) => string
  readonly reencrypt?: () => Promise<unknown>
  /** Kills it soon; another one takes its place. */
  readonly kill?: () => void
  /** Lets the database be slow with it, or lose an answer. */
  readonly stall?: () => void
}

/** Where a history happens. */
export interface Ground {
  readonly database: TestDatabase
  /** Those that there are now. */
  readonly processes: readonly Process[]
  /** Whether the store keeps Maps, BigInts and Dates. */
  readonly isRich: boolean
  /** Whether operations may be answered 503. */
  readonly hasFaults: boolean
  /** The sessions that a user may have. */
  readonly most: number
  /** What the clock advances by at most while others act, in milliseconds. */
  readonly longestWait: number
  /** Waits until nothing is under way any more, whoever was answered. */
  quiet(): Promise<void>
  /** Writes the touches that wait for others. */
  flush(): Promise<void>
  /** Goes one step further with new keys; to be called when all is quiet. */
  changeKeys(): Promise<void>
  close(): Promise<void>
}

/** What a history is about, beside what all are about. */
export interface GroundOptions extends Pick<StoreOptions, 'maxPerUser' | 'evict'> {
  /** The seed of the faults of the wires: processes are killed, and statements not answered in time. */
  readonly faults?: number
}

/** Our store, twice on one database, as two processes have it. */
export function storedGround(database: TestDatabase, options: GroundOptions = {}): Promise<Ground> {
  return StoredGround.open(database, options)
}

/** A store that selects, upserts and deletes, on the table that {@link storedGround} made. */
export async function naiveGround(database: TestDatabase): Promise<Ground> {
  const opened = await openDatabase(database.dialect, database.url, 'stored_sessions')
  const process = { protocol: historyProtocolOf(naiveStore(opened)), trim: async () => {} }
  return {
    database,
    processes: [process],
    isRich: false,
    hasFaults: false,
    most: Number.POSITIVE_INFINITY,
    longestWait: LONGEST_WAIT,
    quiet: async () => {},
    flush: async () => {},
    changeKeys: async () => {},
    close: () => opened.close(),
  }
}
