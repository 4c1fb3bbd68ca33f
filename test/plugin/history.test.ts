import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { addRotateRoute, Browser } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { counted } from '../support/counting.ts'
import { fullTable, gatedHistory } from '../support/gated-history.ts'
import { eventsOf, kindsOf } from '../support/history.ts'
import { handleOf } from '../support/rows.ts'
import { until } from '../support/until.ts'
import { userIdOf } from '../support/user-id.ts'
import { rotated, signIn } from '../support/visitor.ts'

forEachDatabase((target) => {
  const suite = appSuite(target)
  const client = suite.opening(counted)
  const gated = suite.opening(async (database) => {
    await (await suite.open()).close()
    return gatedHistory(database)
  })
  let app: FastifyInstance

  before(async () => {
    const options = { user: userIdOf, history: true }
    app = await suite.openOn(client.drizzle as never, { options, routes: addRotateRoute })
    await (await signIn(app)).me()
  })
  beforeEach(async () => {
    await app.storedSession.flush()
    await suite.database.query('DELETE FROM stored_sessions_events')
    client.statements.length = 0
  })

  test('a visit is a chain of events, from the first save to the end', async () => {
    const { store } = app.storedSession
    const browser = new Browser(app)
    await browser.post('/change', { n: 1 })
    const { id } = (await browser.post('/login')).json()
    await browser.get('/me')
    await browser.post('/logout')
    const events = await eventsOf(store)
    assert.deepEqual(await kindsOf(store), [
      'created',
      'ended destroyed',
      'created',
      'regenerated',
      'user ada',
      'ended destroyed ada',
    ])
    const [first, , , regenerated, , last] = events
    assert.equal(regenerated?.previousHandle, first?.handle)
    assert.equal(last?.handle, handleOf(id))
  })

  test('a rotation names the old id, and the session goes on', async () => {
    const visitor = await signIn(app)
    const next = await rotated(app, visitor)
    const [event] = await eventsOf(app.storedSession.store, { handle: handleOf(next.id) })
    assert.deepEqual([event?.kind, event?.user, event?.previousHandle], ['rotated', 'ada', handleOf(visitor.id)])
  })

  test('content that regenerate(keys) passes on keeps its user in the history', async () => {
    const { kinds } = await regenerated()
    assert.deepEqual(kinds, ['created ada', 'regenerated ada'])
  })

  async function regenerated() {
    const own = await suite.open({
      options: { user: userIdOf, history: true },
      routes: (one) => {
        one.post('/again', async (request) => {
          await request.session.regenerate(['userId' as never])
          return { id: request.session.sessionId }
        })
      },
    })
    const visitor = await signIn(own)
    const { id } = (await visitor.post('/again')).json()
    return { kinds: await kindsOf(own.storedSession.store, { handle: handleOf(id) }) }
  }

  test('requests cause no statement of the history: it is written later, and reads cause none', async () => {
    const isOfHistory = (statement: string) => statement.includes('stored_sessions_events')
    const visitor = await signIn(app)
    await until('the events are stored', () => client.statements.some(isOfHistory))
    await app.storedSession.flush()
    client.statements.length = 0
    for (let n = 0; n < 5; n++) await visitor.me()
    await app.storedSession.flush()
    assert.deepEqual(client.statements.filter(isOfHistory), [])
    client.statements.length = 0
    await visitor.post('/logout')
    const ofRequest = client.statements.filter((statement) => !isOfHistory(statement))
    // The session is read, and ended.
    assert.ok(ofRequest.length <= 2, ofRequest.join('\n'))
  })

  test('with strict, requests whose event is not stored are a 503 that tells when to retry', async () => {
    const strict = await suite.openOn(gated.database, {
      options: { migrate: false, user: userIdOf, history: { strict: true } },
    })
    const visitors = { '/login': await signIn(strict), '/logout': await signIn(strict) }
    gated.now.failure = fullTable()
    for (const [url, visitor] of Object.entries(visitors)) {
      const response = await visitor.post(url)
      assert.deepEqual([response.statusCode, response.headers['retry-after']], [503, '2'], url)
      assert.ok(!response.body.includes('space'))
    }
    gated.now.failure = undefined
    await until('they are stored', () => strict.storedSession.store.historyWaiting === 0)
  })

  test('closing the application stores what waits', async () => {
    const own = await suite.open({ options: { user: userIdOf, history: true } })
    await signIn(own)
    await own.close()
    assert.deepEqual(await kindsOf(app.storedSession.store), ['created', 'regenerated', 'user ada'])
  })
})
