import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { cookieLines } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { counted } from '../support/counting.ts'
import { storedRow } from '../support/rows.ts'
import { signedCookie } from '../support/signed-cookie.ts'
import { signIn, type Visitor } from '../support/visitor.ts'

const START = 1_732_100_000_000
const HOUR_MS = 3_600_000

/** Gives cookies of one name to a request, in this order. */
const headers = (...values: string[]) => ({
  cookie: ['theme=dark', ...values.map((value) => `sessionId=${value}`), 'last=1'].join('; '),
})

/** SQLite reads several rows in one transaction, which counts once. */
const roundTrips = (statements: readonly string[]) =>
  statements
    .join(';;')
    .replace(/begin.*?commit/gis, 'transaction')
    .split(';;').length

forEachDatabase((target) => {
  const suite = appSuite(target, { now: START })
  const client = suite.opening(counted)
  let app: FastifyInstance
  let live: Visitor

  before(async () => {
    app = await suite.openOn(client.drizzle, { options: { idleTimeout: 2 * HOUR_MS } })
  })
  beforeEach(async () => {
    live = await signIn(app)
  })

  const me = (...values: string[]) => app.inject({ url: '/me', headers: headers(...values) })

  async function signedOut(): Promise<Visitor> {
    const visitor = await signIn(app)
    await visitor.post('/logout')
    return visitor
  }

  async function idle(): Promise<Visitor> {
    const visitor = await signIn(app)
    suite.pass(3 * HOUR_MS)
    live = await signIn(app)
    return visitor
  }

  const stale: Record<string, () => Promise<string>> = {
    'signed out': async () => (await signedOut()).sessionId,
    expired: async () => (await idle()).sessionId,
    'of no row': async () => signedCookie('x'.repeat(32)),
    'signed by somebody else': async () => `${'x'.repeat(32)}.${'y'.repeat(43)}`,
    'no signature at all': async () => 'planted',
  }

  for (const [what, makeStale] of Object.entries(stale)) {
    test(`a cookie that is ${what} hides no live session, and no line touches the cookie`, async () => {
      const other = await makeStale()
      for (const values of [
        [other, live.sessionId],
        [live.sessionId, other],
        [other, other, live.sessionId, live.sessionId],
      ]) {
        const response = await me(...values)
        assert.deepEqual([response.json(), cookieLines(response)], [{ userId: 'ada' }, []])
      }
    })
  }

  test('a sign-in after a sign-out with a cookie of another place lasts', async () => {
    const old = await signedOut()
    const response = await app.inject({ method: 'POST', url: '/login', headers: headers(old.sessionId) })
    const { value } = response.cookies[0]!
    assert.equal((await me(old.sessionId, value)).json().userId, 'ada')
    const change = { method: 'POST', url: '/change', payload: { n: 2 } } as const
    const changed = await app.inject({ ...change, headers: headers(old.sessionId, value) })
    assert.deepEqual(
      cookieLines(changed).map((line) => decodeURIComponent(line.split(/[=;]/)[1]!)),
      [value],
    )
    assert.deepEqual((await me(old.sessionId, value)).json(), { userId: 'ada', n: 2 })
  })

  test('several cookies are read in one statement, and one cookie or one value in one statement too', async () => {
    const olds = [await signedOut(), await signedOut()].map(({ sessionId }) => sessionId)
    for (const values of [[...olds, live.sessionId], [live.sessionId, ...olds], [live.sessionId], olds]) {
      client.statements.length = 0
      await me(...values)
      assert.equal(roundTrips(client.statements), 1, client.statements.join('\n'))
    }
    client.statements.length = 0
    await me(live.sessionId, live.sessionId)
    assert.equal(client.statements.length, 1)
  })

  test('the first of several live sessions counts, and is the only one whose last use is renewed', async () => {
    const other = await signIn(app)
    const before = Date.now()
    suite.pass(HOUR_MS)
    assert.equal((await me(live.sessionId, other.sessionId)).json().userId, 'ada')
    await app.storedSession.flush()
    assert.equal((await storedRow(suite.database, live.id)).touchedAt, Date.now())
    assert.equal((await storedRow(suite.database, other.id)).touchedAt, before)
  })

  test('at most three cookies are tried', async () => {
    const olds = await Promise.all(Array.from({ length: 3 }, async () => (await signedOut()).sessionId))
    assert.equal((await me(...olds, live.sessionId)).json().userId, undefined)
    assert.equal((await me(...olds.slice(1), live.sessionId)).json().userId, 'ada')
  })

  test('of cookies without a live session, one that ever had a session tells why, and is cleared', async () => {
    const response = await me(signedCookie('z'.repeat(32)), (await idle()).sessionId)
    assert.deepEqual(response.json(), { endReason: 'idle' })
    assert.match(cookieLines(response).join(), /^sessionId=; Max-Age=0/)
  })

  test('signing out ends the chosen session', async () => {
    const old = await signedOut()
    const response = await app.inject({
      method: 'POST',
      url: '/logout',
      headers: headers(old.sessionId, live.sessionId),
    })
    assert.match(cookieLines(response).join(), /^sessionId=; Max-Age=0/)
    assert.equal((await storedRow(suite.database, live.id)).endReason, 'destroyed')
  })
})
