import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachDatabase } from '../harness/databases.ts'
import { Browser } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'

const USER = 42
const STRANGER = 4

forEachDatabase((target) => {
  const suite = appSuite(target)

  test('a user whose id is a number is listed, limited, audited and forgotten by the number', async () => {
    const app = await suite.open({
      options: { user: ({ id }: { id?: number }) => id, maxPerUser: 2, history: true } as never,
      routes(app) {
        app.post<{ Body: { id: number } }>('/sign-in', async (request) => {
          await request.session.regenerate()
          Object.assign(request.session, { id: request.body.id })
          return {}
        })
      },
    })
    for (const id of [STRANGER, USER, USER, USER])
      assert.equal((await new Browser(app).post('/sign-in', { id })).statusCode, 200)
    const { storedSession } = app
    assert.equal(await storedSession.count({ user: USER, state: 'live' }), 2)
    assert.equal((await storedSession.list({ user: BigInt(USER), state: 'live' })).sessions.length, 2)
    await storedSession.flush()
    const { events } = await storedSession.history({ user: USER })
    assert.ok(events.length >= 3 && events.every(({ user }) => user === String(USER)))
    assert.equal((await storedSession.forget({ user: USER })).sessions, 2)
    assert.deepEqual(
      await Promise.all([USER, STRANGER].map((user) => storedSession.count({ user, state: 'live' }))),
      [0, 1],
    )
    for (const user of [1.5, 2 ** 53, Number.NaN])
      await assert.rejects(storedSession.forget({ user }), { code: 'FST_STORED_SESSION_INVALID_OPTIONS' })
  })
})
