import assert from 'node:assert/strict'
import type { FastifyInstance } from 'fastify'
import type { StoredSessionOptions, StoredSessionStore } from '../../src/index.ts'
import type { TestDatabase } from '../harness/databases.ts'
import type { TcpProxy } from '../harness/tcp-proxy.ts'
import type { TestServer } from '../harness/test-server.ts'
import { openApp } from '../support/app.ts'

/** What an operation may take until it is given up, in the tests. */
export const OPERATION_TIMEOUT_MS = 1_000

/** Where faults happen: a database, and an application on it that stays through all of them. */
export interface Ground {
  readonly database: TestDatabase
  readonly app: FastifyInstance
  readonly store: StoredSessionStore
  /** Stands between the application and its server; SQLite has none. */
  readonly proxy: TcpProxy | undefined
  /** A server that nobody else uses, where there is one. */
  readonly server: TestServer | undefined
  /** Fails when a callback of the store was called twice, or never, by now. */
  assertAnswered(): void
}

/** Opens an application whose store counts the calls and the callbacks. */
export async function openGround(
  place: Pick<Ground, 'database' | 'proxy' | 'server'>,
  connection: StoredSessionOptions['database'] = place.proxy?.url ?? place.database.url,
): Promise<Ground> {
  const counts = { calls: 0, answers: 0, more: 0 }
  const hosts = new Set<object>()
  const app = await openApp(connection, {
    options: { operationTimeout: OPERATION_TIMEOUT_MS },
    routes(app) {
      // The store as the host calls it is known to requests alone.
      app.addHook('onRequest', async ({ sessionStore }) => {
        if (!hosts.has(sessionStore)) countAll(sessionStore as never, counts)
        hosts.add(sessionStore)
      })
    },
  })
  const { store } = app.storedSession
  countAll(store, counts)
  return {
    ...place,
    app,
    store,
    assertAnswered() {
      assert.ok(counts.calls > 0)
      assert.deepEqual(counts, { calls: counts.calls, answers: counts.calls, more: 0 })
    },
  }
}

interface Counts {
  calls: number
  answers: number
  more: number
}

type Protocol = Pick<StoredSessionStore, 'get' | 'set' | 'destroy' | 'touch'>

function countAll(store: Protocol, counts: Counts): void {
  for (const name of ['get', 'set', 'destroy', 'touch'] as const) countCalls(store, name, counts)
}

type Method = (...parameters: unknown[]) => void
type Callback = (...results: unknown[]) => void

function countCalls(store: Protocol, name: keyof Protocol, counts: Counts): void {
  const method = store[name].bind(store) as Method
  const counted: Method = (...parameters) => {
    counts.calls++
    let isAnswered = false
    const callback = parameters.pop() as Callback
    method(...parameters, (...results: unknown[]) => {
      if (isAnswered) counts.more++
      else counts.answers++
      isAnswered = true
      callback(...results)
    })
  }
  Object.assign(store, { [name]: counted })
}
