import { after, afterEach, before, beforeEach, mock } from 'node:test'
import { vaultTransitKeys } from '../../examples/vault-transit.ts'
import type { EnvelopeOptions, StoredSessionStore, StoreOptions } from '../../src/index.ts'
import type { DatabaseTarget, TestDatabase } from '../harness/databases.ts'
import { type OpenStores, storesOn } from '../support/stores.ts'
import { startTransitServer, type TransitServer } from '../support/transit-server.ts'

/** Stores on one database, whose keys a key service wraps. */
export interface EnvelopeStores {
  readonly database: TestDatabase
  readonly transit: TransitServer
  /** A store as another process would have it: it knows no key yet. */
  open(limits?: Partial<EnvelopeOptions>, options?: Partial<StoreOptions>): Promise<StoredSessionStore>
  /** Ids of the keys in the table, oldest first. */
  keyIds(): Promise<number[]>
}

/**
 * Starts a key service and opens a database before the tests of a suite; each test begins without keys and sessions, and
 * ends with its stores.
 */
export function envelopeStoresOn(target: DatabaseTarget): EnvelopeStores {
  const stores: OpenStores = storesOn(target)
  const opened: StoredSessionStore[] = []
  const suite = {
    async open(limits, options) {
      const { address, token } = suite.transit
      const keys = vaultTransitKeys({ address, token, key: 'sessions', ...limits })
      const store = await stores.another({ keys, ...options })
      opened.push(store)
      return store
    },
    async keyIds() {
      const rows = await suite.database.query('SELECT id FROM stored_sessions_keys ORDER BY created_at, id')
      return rows.map(({ id }) => Number(id))
    },
  } as EnvelopeStores & { database: TestDatabase; transit: TransitServer }
  before(async () => {
    suite.transit = await startTransitServer()
    suite.database = stores.database
  })
  beforeEach(async () => {
    await suite.database.query('DELETE FROM stored_sessions')
    await suite.database.query('DELETE FROM stored_sessions_keys')
    suite.transit.mode = 'well'
    suite.transit.calls.length = 0
  })
  // A renewal in the background may outlast its test, and its key would be found by the next one.
  afterEach(async () => {
    suite.transit.letGo()
    await Promise.all(opened.splice(0).map((store) => store.close()))
  })
  after(() => suite.transit.close())
  return suite
}

/** Runs a test under a clock that only it moves. */
export async function withClock(run: (advance: (ms: number) => void) => Promise<void>): Promise<void> {
  mock.timers.enable({ apis: ['Date'], now: Date.now() })
  try {
    await run((ms) => mock.timers.setTime(Date.now() + ms))
  } finally {
    mock.timers.reset()
  }
}
