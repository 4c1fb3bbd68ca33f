import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databases } from '../../harness/databases.ts'
import { openApp } from '../../support/app.ts'
import { storedRow } from '../../support/rows.ts'

const MINUTE = 60_000

// Who sets the date of a cookie is the same on every database.
test('a date that a request gives the cookie of a session it has just begun is kept, however near', async (t) => {
  const database = await databases[0]!.create()
  t.mock.timers.enable({ apis: ['Date'], now: 1_732_100_000_000 })
  const app = await openApp(database.url, {
    options: { cookie: { secure: false, maxAge: 30 * MINUTE } },
    routes: (routes) => {
      routes.post('/brief', async (request) => {
        await request.session.regenerate()
        Object.assign(request.session, { userId: 'ada' })
        request.session.cookie.expires = new Date(Date.now() + 10 * MINUTE)
        return { id: request.session.sessionId }
      })
    },
  })
  const { id } = (await app.inject({ method: 'POST', url: '/brief' })).json()
  assert.equal((await storedRow(database, id)).expiresAt, Date.now() + 10 * MINUTE)
  await app.close()
  await database.drop()
})
