import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../../harness/databases.ts'
import { type AppSession, Browser, cookieLines, sessionOf } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { storedRow, unendedRows } from '../../support/rows.ts'
import { userIdOf } from '../../support/user-id.ts'

/** Ways in which others end a session while a request of it is in flight. */
const ENDS: Record<string, (app: FastifyInstance, cookies: Record<string, string>) => Promise<unknown>> = {
  'signing out': (app, cookies) => new Browser(app, cookies).post('/logout'),
  'signing in anew': (app, cookies) => new Browser(app, cookies).post('/login'),
  'a revocation': (app) => app.storedSession.revoke({ user: 'ada' }),
}

forEachDatabase((target) => {
  const suite = appSuite(target)
  let app: FastifyInstance
  // What others do between the start of the request and its reload.
  let meanwhile: (cookies: Record<string, string>) => Promise<unknown> = async () => {}

  before(async () => {
    app = await suite.open({
      options: { user: userIdOf },
      routes(app) {
        app.post<{ Body: { before?: object; after?: object } }>('/reload', async (request) => {
          Object.assign(request.session, request.body.before)
          await meanwhile(request.cookies as Record<string, string>)
          await request.session.reload()
          const content = contentOf(sessionOf(request))
          Object.assign(request.session, request.body.after)
          return { ...content, id: request.session.sessionId }
        })
        app.post('/reload-and-save', async (request) => {
          await meanwhile(request.cookies as Record<string, string>)
          await request.session.reload()
          sessionOf(request).n = 'after the reload'
          await request.session.save()
          return {}
        })
        app.post('/reload-and-sign-in', async (request) => {
          await meanwhile(request.cookies as Record<string, string>)
          await request.session.reload()
          await request.session.regenerate()
          sessionOf(request).userId = 'grace'
          return { id: request.session.sessionId }
        })
        app.post('/end-and-reload', async (request) => {
          const { session } = request
          await session.destroy()
          await session.reload()
          sessionOf(request).userId = 'revived'
          return {}
        })
      },
    })
  })

  async function signedIn(): Promise<{ browser: Browser; id: string; cookies: Record<string, string> }> {
    meanwhile = async () => {}
    const browser = new Browser(app)
    const { id } = (await browser.post('/login')).json()
    return { browser, id, cookies: browser.cookies() }
  }

  const me = async (cookies: Record<string, string>) => (await new Browser(app, cookies).get('/me')).json()

  test('reload() brings what others changed meanwhile, and drops what the handler had not saved', async () => {
    const { browser, id } = await signedIn()
    meanwhile = (cookies) => new Browser(app, cookies).post('/change', { n: 'of others' })
    const response = await browser.post('/reload', { before: { mine: 1, userId: 'mallory' } })
    assert.deepEqual(response.json(), { id, userId: 'ada', n: 'of others' })
    assert.deepEqual(await me(browser.cookies()), { userId: 'ada', n: 'of others' })
    assert.equal((await storedRow(suite.database, id)).version, 3)
  })

  test('what changes after a reload is saved on top of what others changed before and after it', async () => {
    const { browser, id, cookies } = await signedIn()
    meanwhile = (cookies) => new Browser(app, cookies).post('/change', { n: 1 })
    await browser.post('/reload', { after: { one: 1 } })
    const { n } = await me(cookies)
    assert.equal(n, 1)
    assert.deepEqual((await browser.post('/reload')).json(), { id, userId: 'ada', n: 1, one: 1 })
  })

  test('the session is not written when nothing changes after a reload', async () => {
    const { browser, id } = await signedIn()
    const { version } = await storedRow(suite.database, id)
    const response = await browser.post('/reload')
    assert.equal((await storedRow(suite.database, id)).version, version)
    assert.deepEqual(cookieLines(response), [])
  })

  for (const [what, end] of Object.entries(ENDS)) {
    for (const url of ['/reload', '/reload-and-save']) {
      test(`${url} does not revive an id that ${what} ended meanwhile`, async () => {
        const { browser, id, cookies } = await signedIn()
        meanwhile = (cookies) => end(app, cookies)
        const response = await browser.post(url, { after: { userId: 'revived' } })
        assert.equal(response.statusCode, 200)
        assert.match(cookieLines(response).join(), /^sessionId=;[^,]*Expires=Thu, 01 Jan 1970[^,]*$/)
        const { endedAt, data } = await storedRow(suite.database, id)
        assert.ok(endedAt !== null && data.length === 0)
        assert.equal((await me(cookies)).userId, undefined)
      })
    }
  }

  test('destroy() and reload() in one handler revive nothing', async () => {
    const { browser, id, cookies } = await signedIn()
    const alive = (await unendedRows(suite.database)).length
    const response = await browser.post('/end-and-reload')
    assert.equal(response.statusCode, 200)
    assert.match(cookieLines(response).join(), /^sessionId=;[^,]*$|^sessionId=;[^,]*Expires=Thu, 01 Jan 1970[^,]*$/)
    assert.ok((await storedRow(suite.database, id)).endedAt !== null)
    assert.equal((await unendedRows(suite.database)).length, alive - 1)
    assert.deepEqual(await me(cookies), { endReason: 'destroyed' })
  })

  test('who signs in after a reload that found the session ended has a new session', async () => {
    const { browser, id, cookies } = await signedIn()
    meanwhile = (cookies) => new Browser(app, cookies).post('/logout')
    const response = await browser.post('/reload-and-sign-in')
    assert.notEqual(response.json().id, id)
    assert.deepEqual(await me(browser.cookies()), { userId: 'grace' })
    assert.deepEqual(await me(cookies), { endReason: 'destroyed' })
  })

  test('reload() of a session that is new and was never stored is an empty session', async () => {
    meanwhile = async () => {}
    const browser = new Browser(app)
    const { id, ...content } = (await browser.post('/reload', { before: { n: 1 }, after: { n: 2 } })).json()
    assert.deepEqual(content, {})
    assert.equal(typeof id, 'string')
    assert.deepEqual(await me(browser.cookies()), { n: 2 })
  })
})

// Without the symbols under which the host keeps what is its own, and without what travels for us.
function contentOf(session: AppSession): Record<string, unknown> {
  const { cookie, $storedSession, ...content } = Object.fromEntries(Object.entries(session))
  return content
}
