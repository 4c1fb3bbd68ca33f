import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { InjectOptions } from 'fastify'
import type { StoredSessionOptions } from '../../src/index.ts'
import { databases } from '../harness/databases.ts'
import { type AppSetup, Browser, cookieLines } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { storedRow } from '../support/rows.ts'

const target = databases[0]!
const HTTPS: InjectOptions = { headers: { 'x-forwarded-proto': 'https' } }

/** The attributes of a Set-Cookie line but for the value. */
function attributesOf(line: string | undefined): string[] {
  return line!.split('; ').slice(1).sort()
}

describe('the cookie', () => {
  const suite = appSuite(target)

  async function open(cookie: StoredSessionOptions['cookie'] | undefined, setup: AppSetup = {}) {
    const options = { ...setup.options, ...(cookie && { cookie }) }
    return suite.open({ ...setup, server: { trustProxy: true, ...setup.server }, options })
  }

  test('is HttpOnly, for the whole site, and without a date unless told otherwise', async () => {
    const browser = new Browser(await open({ secure: false }))
    const [line] = cookieLines(await browser.post('/login'))
    assert.deepEqual(attributesOf(line), ['HttpOnly', 'Path=/'])
    assert.match(line!, /^sessionId=[\w-]{32}\.[^;]+;/)
  })

  test('is Secure by default', async () => {
    const app = await open({})
    const [line] = cookieLines(await new Browser(app).post('/login', {}, HTTPS))
    assert.deepEqual(attributesOf(line), ['HttpOnly', 'Path=/', 'Secure'])
  })

  test('with secure: "auto" is Secure over https alone', async () => {
    const app = await open({ secure: 'auto' })
    const [http] = cookieLines(await new Browser(app).post('/login'))
    const [https] = cookieLines(await new Browser(app).post('/login', {}, HTTPS))
    assert.ok(!attributesOf(http).includes('Secure'))
    assert.ok(attributesOf(https).includes('Secure'))
  })

  test('carries every flag that is configured', async () => {
    const cookie = {
      domain: 'example.org',
      path: '/',
      sameSite: 'none',
      secure: true,
      partitioned: true,
      httpOnly: false,
    } as const
    const [line] = cookieLines(await new Browser(await open(cookie)).post('/login', {}, HTTPS))
    const flags = ['Domain=example.org', 'Partitioned', 'Path=/', 'SameSite=None', 'Secure']
    assert.deepEqual(attributesOf(line), flags)
  })

  test('is cleared with the flags it was set with, or browsers would keep it', async () => {
    for (const [cookieName, cookie] of [
      ['__Host-session', { secure: true, sameSite: 'none', partitioned: true }],
      ['session', { secure: 'auto', sameSite: 'strict', domain: 'example.org' }],
    ] as const) {
      const app = await open(cookie, { options: { cookieName } })
      const browser = new Browser(app)
      const [set] = cookieLines(await browser.post('/login', {}, HTTPS), cookieName)
      const [stale] = [browser.cookies()]
      const [cleared] = cookieLines(await browser.post('/logout', {}, HTTPS), cookieName)
      const expected = [...attributesOf(set), 'Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'Max-Age=0'].sort()
      assert.deepEqual(attributesOf(cleared), expected)
      const lines = cookieLines(await new Browser(app, stale).get('/me', HTTPS), cookieName)
      assert.deepEqual(lines.map(attributesOf), [expected])
    }
  })

  test('may have another name and a prefix in its value', async () => {
    const app = await open({ secure: false }, { options: { cookieName: 'web.sid', cookiePrefix: 's:' } })
    const browser = new Browser(app)
    const login = await browser.post('/login')
    assert.match(cookieLines(login, 'web.sid').join(), /^web\.sid=s(?::|%3A)[\w-]{32}\./)
    const me = await browser.get('/me')
    assert.deepEqual([me.json(), cookieLines(me, 'web.sid')], [{ userId: 'ada' }, []])
    const bare = { 'web.sid': browser.cookies()['web.sid']!.slice(2) }
    assert.deepEqual((await new Browser(app, bare).get('/me')).json(), {})
  })

  test('is read and set below its path alone, and other routes work without a session', async () => {
    const app = await open(
      { secure: false, path: '/app' },
      {
        routes(app) {
          app.get('/outside', async (request) => ({ session: Object.keys(request.session) }))
          app.post('/app/login', async (request) => {
            await request.session.regenerate()
            Object.assign(request.session, { userId: 'ada' })
            return { id: request.session.sessionId }
          })
          app.get('/app/me', async (request) => ({ userId: Object.entries(request.session).at(-1)?.[1] }))
        },
      },
    )
    const browser = new Browser(app)
    const login = await browser.post('/app/login')
    assert.deepEqual(attributesOf(cookieLines(login)[0]), ['HttpOnly', 'Path=/app'])
    assert.deepEqual((await browser.get('/app/me')).json(), { userId: 'ada' })
    const outside = await browser.get('/outside')
    assert.deepEqual([outside.statusCode, outside.json(), cookieLines(outside)], [200, { session: [] }, []])
    assert.equal((await browser.get('/application')).statusCode, 404)
  })

  test('takes new flags of the configuration at the next change of an old session, and hides the old ones', async () => {
    const lax = await open({ secure: false, httpOnly: false, sameSite: 'lax' })
    const browser = new Browser(lax)
    const { id } = (await browser.post('/login')).json()
    const before = await storedRow(suite.database, id)
    const strict = await open({ secure: true, httpOnly: true, sameSite: 'strict' })
    const again = new Browser(strict, browser.cookies())
    assert.deepEqual((await again.get('/me', HTTPS)).json(), { userId: 'ada' })
    assert.deepEqual(await storedRow(suite.database, id), before)
    const [line] = cookieLines(await again.post('/change', { n: 1 }, HTTPS))
    assert.deepEqual(attributesOf(line), ['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure'])
  })

  test('of a browser session is not sent again for a touch', async (t) => {
    const browser = new Browser(await open({ secure: false }))
    await browser.post('/login')
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 120_000 })
    assert.deepEqual(cookieLines(await browser.get('/me')), [])
  })

  test('with a lifetime is sent again when the session is touched, and not before', async (t) => {
    const browser = new Browser(await open({ secure: false, maxAge: 3_600_000 }))
    t.mock.timers.enable({ apis: ['Date'], now: 1_732_100_000_000 })
    const [first] = cookieLines(await browser.post('/login'))
    const dated = (line: string | undefined) => Date.parse(/Expires=([^;]+)/.exec(line!)![1]!)
    assert.equal(dated(first), Date.now() + 3_600_000)
    t.mock.timers.setTime(Date.now() + 50_000)
    assert.deepEqual(cookieLines(await browser.get('/me')), [])
    t.mock.timers.setTime(Date.now() + 10_000)
    const renewed = cookieLines(await browser.get('/me'))
    assert.equal(renewed.length, 1)
    assert.equal(dated(renewed[0]), Date.now() + 3_600_000)
  })
})
