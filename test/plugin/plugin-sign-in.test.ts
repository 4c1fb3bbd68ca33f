import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { Browser, cookieLines, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { allRows, rowOf, storedRow } from '../support/rows.ts'
import { userIdOf } from '../support/user-id.ts'

forEachDatabase((target) => {
  const suite = appSuite(target)
  let app: FastifyInstance

  before(async () => {
    app = await suite.open({
      options: { user: userIdOf },
      routes(app) {
        app.post('/keep', async (request) => {
          await request.session.regenerate(['n'])
          return {}
        })
        app.post('/fail', async (request) => {
          sessionOf(request).n = 'changed before the error'
          throw new Error('the handler failed')
        })
        app.post('/save-early', async (request) => {
          sessionOf(request).n = 1
          await request.session.save()
          sessionOf(request).n = 2
          return {}
        })
        app.post('/reload', async (request) => {
          sessionOf(request).n = 'not to be kept'
          await request.session.reload()
          return { n: sessionOf(request).n }
        })
      },
    })
  })

  test('who signs in is known at the next request, until signing out', async () => {
    const browser = new Browser(app)
    assert.deepEqual((await browser.get('/me')).json(), {})
    assert.equal((await browser.post('/login')).statusCode, 200)
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
    assert.equal((await browser.post('/logout')).statusCode, 200)
    assert.deepEqual(browser.cookies(), {})
    assert.deepEqual((await browser.get('/me')).json(), {})
  })

  test('the cookie from before signing out is an empty session for ever, and says why', async () => {
    const browser = new Browser(app)
    await browser.post('/login')
    const stolen = new Browser(app, browser.cookies())
    await browser.post('/logout')
    for (const _visit of ['first', 'second']) {
      const visit = await new Browser(app, stolen.cookies()).get('/me')
      assert.deepEqual(visit.json(), { endReason: 'destroyed' })
    }
    assert.deepEqual(cookieLines(await stolen.post('/change', { n: 1 })).length, 1)
    assert.deepEqual((await stolen.get('/me')).json(), { n: 1 })
  })

  test('signing in gives a new id, and the one from before is over', async () => {
    const browser = new Browser(app)
    await browser.post('/change', { n: 7 })
    const before = browser.cookies()
    await browser.post('/login')
    assert.notDeepEqual(browser.cookies(), before)
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
    assert.deepEqual((await new Browser(app, before).get('/me')).json(), { endReason: 'destroyed' })
  })

  test('what regenerate is asked to keep is kept', async () => {
    const browser = new Browser(app)
    await browser.post('/change', { n: 7, other: 8 })
    await browser.post('/keep')
    assert.deepEqual((await browser.get('/me')).json(), { n: 7 })
  })

  test('a revoked user is out at the next request, everywhere', async () => {
    const [one, other] = [new Browser(app), new Browser(app)]
    for (const browser of [one, other]) {
      await browser.post('/login')
      await browser.post('/change', { userId: 'grace' })
    }
    assert.deepEqual(await app.storedSession.revoke({ user: 'grace' }), { revoked: 2 })
    for (const browser of [one, other]) assert.deepEqual((await browser.get('/me')).json(), { endReason: 'revoked' })
  })

  test('changes are stored although the handler fails', async () => {
    const browser = new Browser(app)
    await browser.post('/login')
    assert.equal((await browser.post('/fail')).statusCode, 500)
    assert.equal((await browser.get('/me')).json().n, 'changed before the error')
  })

  test('a save within the request is followed by what changed after it', async () => {
    const browser = new Browser(app)
    const response = await browser.post('/save-early')
    assert.equal(cookieLines(response).length, 1)
    assert.deepEqual((await browser.get('/me')).json(), { n: 2 })
  })

  test('a reload brings back what is stored, and nothing of before it is saved', async () => {
    const browser = new Browser(app)
    const { id } = (await browser.post('/login')).json()
    await browser.post('/change', { n: 1 })
    const { version } = await storedRow(suite.database, id)
    assert.deepEqual((await browser.post('/reload')).json(), { n: 1 })
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada', n: 1 })
    assert.equal((await storedRow(suite.database, id)).version, version)
  })

  test('every response carries at most one line for the cookie', async () => {
    const browser = new Browser(app)
    const lines: number[] = []
    for (const url of [
      '/login',
      '/login',
      '/change',
      '/keep',
      '/save-early',
      '/fail',
      '/logout',
      '/login',
      '/logout',
    ]) {
      lines.push(cookieLines(await browser.post(url, { n: url })).length)
    }
    assert.deepEqual(lines, [1, 1, 1, 1, 1, 1, 1, 1, 1])
    const stranger = new Browser(app, { sessionId: 'not-signed' })
    assert.equal(cookieLines(await stranger.get('/me')).length, 1)
    assert.deepEqual(stranger.cookies(), {})
  })

  test('an id that was well signed but never stored is not adopted', async () => {
    const browser = new Browser(app)
    const { id } = (await browser.post('/login')).json()
    const { sessionId } = browser.cookies()
    await suite.database.query('DELETE FROM stored_sessions')
    const again = new Browser(app, { sessionId: sessionId! })
    assert.deepEqual((await again.get('/me')).json(), { endReason: 'unknown' })
    again.setCookie('sessionId', sessionId!)
    await again.post('/change', { n: 1 })
    assert.equal(await rowOf(suite.database, id), undefined)
    assert.equal((await allRows(suite.database)).length, 1)
    assert.notEqual(again.cookies().sessionId, sessionId)
  })

  test('a session lives over real HTTP as well', async () => {
    const address = await app.listen({ port: 0, host: '127.0.0.1' })
    const login = await fetch(`${address}/login`, { method: 'POST' })
    assert.equal(login.status, 200)
    const [line, ...more] = login.headers.getSetCookie()
    assert.deepEqual(more, [])
    const cookie = line!.split(';')[0]!
    const me = await fetch(`${address}/me`, { headers: { cookie } })
    assert.deepEqual(await me.json(), { userId: 'ada' })
    assert.deepEqual(me.headers.getSetCookie(), [])
    const logout = await fetch(`${address}/logout`, { method: 'POST', headers: { cookie } })
    assert.match(logout.headers.getSetCookie().join(), /^sessionId=; Max-Age=0; Path=\/; Expires=Thu, 01 Jan 1970/)
    const late = await fetch(`${address}/me`, { headers: { cookie } })
    assert.deepEqual(await late.json(), { endReason: 'destroyed' })
  })
})
