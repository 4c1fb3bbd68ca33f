import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { before, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { Browser, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { secret } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'
import { signIn, visitorOf } from '../support/visitor.ts'

forEachDatabase((target) => {
  const suite = appSuite(target)
  let app: FastifyInstance

  before(async () => {
    app = await suite.open({
      options: { user: userIdOf },
      routes: addAccountRoutes,
    })
  })
  beforeEach(() => suite.database.query('DELETE FROM stored_sessions'))

  test('a user sees the own sessions, and which of them this is', async () => {
    const [one, other] = [await signIn(app), await signIn(app)]
    const seen = (await one.post('/sessions')).json() as { handle: string; isThis: boolean }[]
    assert.deepEqual(seen.map(({ isThis }) => isThis).toSorted(), [false, true])
    const [{ handle }] = (await other.post('/sessions')).json().filter(({ isThis }: { isThis: boolean }) => isThis)
    assert.equal(seen.find(({ isThis }) => !isThis)!.handle, handle)
  })

  test('signing out everywhere else leaves this session alone, with its changes', async () => {
    const [one, other] = [await signIn(app), await signIn(app)]
    assert.deepEqual((await one.post('/leave-others')).json(), { revoked: 1 })
    assert.deepEqual(await one.me(), { userId: 'ada', n: 1 })
    assert.deepEqual(await other.me(), { endReason: 'revoked' })
  })

  test('a device is signed out by its handle, and only by its owner', async () => {
    const [one, other] = [await signIn(app), await signIn(app)]
    const { handle } = (await one.post('/sessions')).json().find(({ isThis }: { isThis: boolean }) => !isThis)
    const thief = await signIn(app)
    await thief.post('/change', { userId: 'mallory' })
    assert.deepEqual((await thief.post('/leave', { handle })).json(), { revoked: 0 })
    assert.deepEqual((await one.post('/leave', { handle })).json(), { revoked: 1 })
    assert.deepEqual(await other.me(), { endReason: 'revoked' })
    const nonsense = await one.post('/leave', { handle: 'nonsense' })
    assert.deepEqual([nonsense.statusCode, nonsense.json().code], [400, 'FST_STORED_SESSION_INVALID_HANDLE'])
  })

  test('nothing that a list shows opens a session as a cookie, signed or not', async () => {
    const ada = await signIn(app)
    const { sessions, next } = await app.storedSession.list({ limit: 1 })
    assert.equal(next, undefined)
    const { handle } = sessions[0]!
    assert.ok(!JSON.stringify(sessions).includes(ada.id))
    for (const text of [handle, handle.slice(3), Buffer.from(handle.slice(3), 'hex').toString('base64url')]) {
      for (const cookie of [text, signed(text), encodeURIComponent(text)]) {
        assert.equal((await visitorOf(app, text, cookie).me()).userId, undefined)
      }
    }
    assert.deepEqual(await ada.me(), { userId: 'ada' })
  })

  test('there is no handle after signing out', async () => {
    const browser = new Browser(app)
    await browser.post('/login')
    const { statusCode, body } = await browser.post('/handle-after-leaving')
    assert.equal(statusCode, 400)
    assert.match(body, /FST_STORED_SESSION_INVALID_HANDLE/)
  })
})

const signed = (value: string) =>
  `${value}.${createHmac('sha256', secret).update(value).digest('base64').replace(/=+$/, '')}`

function addAccountRoutes(app: FastifyInstance): void {
  const { storedSession } = app
  app.post('/sessions', async (request) => {
    const { sessions } = await storedSession.list({ user: String(sessionOf(request).userId), state: 'live' })
    const own = storedSession.handle(request.session)
    return sessions.map(({ handle }) => ({ handle, isThis: handle === own }))
  })
  app.post('/leave-others', async (request) => {
    const session = sessionOf(request)
    session.n = 1
    return storedSession.revoke({ user: String(session.userId), except: storedSession.handle(request.session) })
  })
  app.post<{ Body: { handle: string } }>('/leave', async (request) =>
    storedSession.revoke({ user: String(sessionOf(request).userId), handle: request.body.handle }),
  )
  app.post('/handle-after-leaving', async (request) => {
    await request.session.destroy()
    return { handle: storedSession.handle(request.session) }
  })
}
