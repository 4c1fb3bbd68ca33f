import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { StoredSessionOptions } from '../../src/index.ts'
import { databases } from '../harness/databases.ts'
import { assertAccepted, refusal } from '../store/options/options-faults.ts'
import { Browser, cookieLines } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'

const CLEARED = 'sessionId=; Max-Age=0'
const EXPIRED = 'Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly'

describe('cookie.former', () => {
  const suite = appSuite(databases[0]!)
  const open = (cookie: NonNullable<StoredSessionOptions['cookie']>) => suite.open({ options: { cookie } })

  test('clears each former place when the cookie is set and when it is cleared, before any other line', async () => {
    const former = [{}, { domain: 'example.org', path: '/app' }]
    const browser = new Browser(await open({ secure: false, domain: 'app.example.org', former }))
    const places = [`${CLEARED}; Path=/; ${EXPIRED}`, `${CLEARED}; Domain=example.org; Path=/app; ${EXPIRED}`]
    const set = cookieLines(await browser.post('/login'))
    assert.deepEqual(set.slice(0, -1), places)
    assert.match(set.at(-1)!, /^sessionId=[^;]{32,}; Domain=app.example.org; Path=\/; HttpOnly$/)
    assert.deepEqual(cookieLines(await browser.get('/me')), [])
    const stale = browser.cookies()
    const cleared = [...places, `${CLEARED}; Domain=app.example.org; Path=/; ${EXPIRED}`]
    assert.deepEqual(cookieLines(await browser.post('/logout')), cleared)
    assert.deepEqual(cookieLines(await browser.get('/me')), [])
    assert.deepEqual(cookieLines(await suiteBrowser(stale).get('/me')), cleared)
  })

  const suiteBrowser = (cookies: Record<string, string>) => new Browser(suite.apps.at(-1)!, cookies)

  test('is cleared with the flags of the cookie, which browsers compare', async () => {
    const cookie = { secure: true, sameSite: 'none', partitioned: true, path: '/app', former: [{ path: '/' }] } as const
    const app = await suite.open({
      server: { trustProxy: true },
      options: { cookie },
      routes(app) {
        app.post('/app/login', async (request) => Object.assign(request.session, { userId: 'ada' }) && {})
      },
    })
    const [line] = cookieLines(
      await new Browser(app).post('/app/login', {}, { headers: { 'x-forwarded-proto': 'https' } }),
    )
    assert.equal(line, `${CLEARED}; Path=/; ${EXPIRED}; Secure; Partitioned; SameSite=None`)
  })

  test('is checked at start like domain and path', () => {
    for (const [former, message] of [
      [{}, ' must be a list of at most 10 places, such as [{ path: "/app" }]'],
      [
        Array.from({ length: 11 }, () => ({ path: '/a' })),
        ' must be a list of at most 10 places, such as [{ path: "/app" }]',
      ],
      [['/app'], '[0] must be an object with the former domain and path'],
      [[{ path: 'app' }], '[0].path must begin with "/"'],
      [[{ path: '/a' }, { domain: true }], '[1].domain must be a string, not true'],
      [[{ secure: true, path: '/a' }], '[0].secure is not an option'],
      [[{ path: '/' }], '[0] is the current place of the cookie; remove it'],
      [[{}], '[0] is the current place of the cookie; remove it'],
    ] as const) {
      assert.equal(refusal({ cookie: { former } as never }), `cookie.former${message}`)
    }
    assert.match(
      refusal({ cookie: { former: [{ domain: 'http://x' }] } }),
      /^cookie.former\[0\].domain must be a host name/,
    )
    const domain = 'Example.org'
    assert.match(refusal({ cookie: { domain, former: [{ domain: '.example.org' }] } }), /is the current place/)
    const host = refusal({ cookieName: '__Host-id', cookie: { former: [{ path: '/app' }] } })
    assert.match(host, /^cookie.former must be empty, because cookies with the prefix __Host-/)
    assertAccepted({ cookie: { domain, former: [{}, { path: '/app' }, { domain: 'www.example.org' }] } })
  })
})
