import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type ForeignSession, type StoredSessionOptions, StoredSessionStore } from '../../src/index.ts'
import { type Serializer, serializers } from '../../src/payload/serializer.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { Browser, cookieLines } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { storedRow } from '../support/rows.ts'
import { newSession, save } from '../support/sessions.ts'
import { signedCookie } from '../support/signed-cookie.ts'
import { newId, secret } from '../support/stores.ts'
import { copiedRow, importRow } from './imported-rows.ts'

const DAY = 86_400_000

/** Cookies of other stores with a lifetime that no cookie of ours can carry. */
const ENDLESS: Record<string, object> = {
  'a maxAge of 1e300': { originalMaxAge: 1e300 },
  'the largest maxAge': { originalMaxAge: Number.MAX_VALUE },
  'a maxAge that ends in the year 275760': { originalMaxAge: 8.6e15 },
  'a maxAge that ends in the year 10000': { originalMaxAge: Date.UTC(10_000, 0) - Date.now() },
  'a maxAge that ends a moment before that year': { originalMaxAge: Date.UTC(10_000, 0) - Date.now() - 500 },
  'the latest date': { expires: '+275760-09-13T00:00:00.000Z' },
  'the latest date as a number': { expires: 8.64e15 },
  'a date in the year 10000': { originalMaxAge: null, expires: '+010000-01-01T00:00:00.000Z' },
}

/** What rows hold of a cookie that cannot be sent, whoever wrote them. */
const UNSENDABLE: object[] = [
  { originalMaxAge: 1e300 },
  { originalMaxAge: Number.POSITIVE_INFINITY },
  { originalMaxAge: Number.NaN },
  { originalMaxAge: -1 },
  { originalMaxAge: '2h' },
  { originalMaxAge: 8.6e15 },
  { expires: 8.64e15 },
  { expires: Number.POSITIVE_INFINITY },
  { expires: Number.NaN },
  { expires: Date.UTC(10_000, 0) },
  { expires: '2999-01-01' },
]

const foreign = (cookie: object, id = newId()): ForeignSession => ({
  id,
  data: Buffer.from(JSON.stringify({ userId: 'ada', cookie })),
})

async function* batchOf(session: ForeignSession) {
  yield [session]
}

forEachDatabase((target) => {
  const suite = appSuite(target)

  const open = (options: Partial<StoredSessionOptions> = {}) => suite.open({ options })

  /** Somebody who comes with the cookie of before. */
  const browserOf = (app: FastifyInstance, id: string) => new Browser(app, { sessionId: signedCookie(id) })

  /** Expects that the session of before goes on, and that its cookie can be sent. */
  async function goesOn(app: FastifyInstance, id: string, what: string): Promise<void> {
    const browser = browserOf(app, id)
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' }, what)
    const changed = await browser.post('/change', { n: 1 })
    assert.equal(changed.statusCode, 200, what)
    assert.match(cookieLines(changed)[0] ?? '', /; Expires=\w{3}, \d\d \w{3} \d{4} /, what)
    assert.equal((await browser.post('/login')).statusCode, 200, what)
  }

  for (const absoluteTimeout of ['30d', false] as const) {
    describe(`a lifetime that no cookie can carry, with an absolute timeout of ${absoluteTimeout},`, () => {
      test('is cut by an import, and its session goes on', async () => {
        const app = await open({ absoluteTimeout })
        for (const [what, cookie] of Object.entries(ENDLESS)) {
          const session = foreign(cookie)
          const { imported } = await app.storedSession.store.import(batchOf(session))
          assert.equal(imported, 1, what)
          await goesOn(app, session.id, what)
        }
      })

      test('is cut by an upgrade, and its session goes on', async () => {
        const app = await open({ absoluteTimeout })
        for (const [what, cookie] of Object.entries(ENDLESS)) {
          const { id, data } = foreign(cookie)
          await copiedRow(suite.database, Buffer.from(id), data)
          const { hashed } = await app.storedSession.store.upgrade()
          assert.equal(hashed, 1, what)
          await goesOn(app, id, what)
        }
      })

      test('is cut where rows that are not sealed are read, and their sessions go on', async () => {
        const app = await open({ absoluteTimeout, acceptUnencrypted: { until: new Date(Date.now() + DAY) } })
        for (const [what, cookie] of Object.entries(ENDLESS)) {
          const { id, data } = foreign(cookie)
          await importRow(suite.database, id, data)
          await goesOn(app, id, what)
        }
      })
    })
  }

  test('an imported lifetime is no longer than the absolute timeout', async () => {
    const app = await open({ absoluteTimeout: '3d' })
    const { store } = app.storedSession
    const lifetimes: [object, { originalMaxAge: number } | { until: number }][] = [
      [{ originalMaxAge: DAY }, { originalMaxAge: DAY }],
      [{ originalMaxAge: 30 * DAY }, { originalMaxAge: 3 * DAY }],
      [{ expires: new Date(Date.now() + 30 * DAY) }, { until: 3 * DAY }],
    ]
    for (const [cookie, expected] of lifetimes) {
      const session = foreign(cookie)
      await store.import(batchOf(session))
      const { createdAt } = await storedRow(suite.database, session.id)
      const restored = await cookieOf(store, session.id)
      if ('until' in expected) assert.equal(restored.expires?.getTime(), createdAt + expected.until)
      else assert.equal(restored.originalMaxAge, expected.originalMaxAge)
    }
  })

  test('an end that is no date, or a part of a millisecond, is no fault of an import', async () => {
    const app = await open()
    const { store } = app.storedSession
    for (const expiresAt of [Date.now() + DAY + 0.5, Number.NaN, Number.POSITIVE_INFINITY, 8.64e15, 1e300]) {
      const session = { ...foreign({ originalMaxAge: 2 * DAY }), expiresAt }
      assert.equal((await store.import(batchOf(session))).imported, 1, String(expiresAt))
      await goesOn(app, session.id, String(expiresAt))
    }
  })

  test('a stored row whose cookie cannot be sent is unreadable, and locks nobody out', async () => {
    const app = await open()
    const reasons: string[] = []
    app.storedSession.on('unreadable', ({ reason }) => reasons.push(reason))
    for (const cookie of UNSENDABLE) {
      const id = newId()
      await storeWith(cookie, id)
      const browser = browserOf(app, id)
      const response = await browser.get('/me')
      assert.deepEqual(response.json(), { endReason: 'unreadable' }, JSON.stringify(cookie))
      assert.equal((await browser.post('/login')).statusCode, 200)
      assert.equal((await browser.get('/me')).json().userId, 'ada')
    }
    assert.deepEqual(new Set(reasons), new Set(['unsendable cookie']))
    assert.equal(reasons.length >= UNSENDABLE.length, true)
  })

  test('a store refuses to save what it would not read again', async () => {
    const { store } = (await open()).storedSession
    for (const cookie of [
      { originalMaxAge: 1e300, expires: null },
      { originalMaxAge: null, expires: new Date(8.64e15) },
    ]) {
      await assert.rejects(save(store, newId(), { ...newSession({ n: 1 }), cookie }), {
        code: 'FST_STORED_SESSION_UNSTORABLE',
      })
    }
  })

  /** Seals a row with this in place of its cookie. */
  async function storeWith(cookie: object, id: string): Promise<void> {
    const { msgpack } = serializers
    const serializer: Serializer = { ...msgpack, serialize: (content) => msgpack.serialize({ ...content, cookie }) }
    const store = new StoredSessionStore({ database: suite.database.url, secret, serializer, trim: false })
    await save(store, id, newSession({ userId: 'ada' }))
    await store.close()
  }
})

async function cookieOf(store: StoredSessionStore, id: string) {
  return new Promise<{ originalMaxAge?: number; expires?: Date }>((resolve, reject) => {
    store.get(id, (error, session) =>
      error ? reject(error) : resolve((session as unknown as { cookie: object }).cookie),
    )
  })
}
