import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { databases } from '../harness/databases.ts'
import { type AppSetup, Browser, cookieLines, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'

const LATE = /^a session was changed after it was stored, and the change is lost/
const OUTSIDE = /^a request outside of cookie.path changed request.session/

type Change = (request: FastifyRequest) => unknown

describe('a change that is lost', () => {
  const suite = appSuite(databases[0]!)

  /** An application that keeps its warnings. */
  async function open(setup: AppSetup) {
    const warnings: { msg: string; keys?: string[]; path?: string }[] = []
    const stream = { write: (line: string) => void warnings.push(JSON.parse(line)) }
    const app = await suite.open({ ...setup, server: { logger: { level: 'warn', stream } } })
    return { app, warnings, browser: new Browser(app) }
  }

  /** Requests a route, and waits until its hooks have run and warned. */
  async function visit(browser: Browser, url = '/me') {
    const response = await browser.get(url)
    for (let count = 0; count < 3; count++) await turn()
    return response
  }

  const setting: Change = (request) => {
    sessionOf(request).n = 1
  }

  const inOnSend = (change: Change) => (app: FastifyInstance) =>
    void app.addHook('onSend', async (request) => void (await change(request)))
  const inOnResponse = (change: Change) => (app: FastifyInstance) =>
    void app.addHook('onResponse', async (request) => void (await change(request)))

  for (const [name, routes] of Object.entries({
    'in an onSend hook after the plugin': inOnSend(setting),
    'in an onResponse hook': inOnResponse(setting),
    'by session.set()': inOnSend(({ session }) => session.set('n' as never, 1 as never)),
    'by delete': inOnSend((request) => delete sessionOf(request).userId),
    'after an await': inOnResponse(async (request) => {
      await turn()
      sessionOf(request).n = 1
    }),
  })) {
    test(`${name} is logged once, with what to do`, async () => {
      const { warnings, browser } = await open({ routes })
      await browser.post('/login')
      for (let count = 0; count < 3; count++) await visit(browser)
      assert.equal(warnings.length, 1)
      assert.match(warnings[0]!.msg, LATE)
      assert.match(warnings[0]!.msg, /register the onSend hook before stored-session, or call request.session.save\(\)/)
      assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
    })
  }

  test('is none when the hook saves it', async () => {
    const saving: Change = async (request) => {
      setting(request)
      await request.session.save()
    }
    const { warnings, browser } = await open({ routes: inOnResponse(saving) })
    await browser.post('/login')
    await visit(browser)
    assert.deepEqual((await visit(browser)).json(), { userId: 'ada', n: 1 })
    assert.deepEqual(warnings, [])
  })

  test('is none when an onSend hook before the plugin makes it', async () => {
    const { warnings, browser } = await open({ before: inOnSend(setting) })
    await browser.post('/login')
    assert.deepEqual((await visit(browser)).json(), { userId: 'ada', n: 1 })
    assert.deepEqual(warnings, [])
  })

  test('is none when hooks only read', async () => {
    const seen: unknown[] = []
    const reading: Change = ({ session }) => {
      seen.push([Object.keys(session), session.sessionId.length, session.isModified(), session.cookie.maxAge])
      seen.push(suite.apps.at(-1)?.storedSession.handle(session).slice(0, 3))
    }
    const { warnings, browser } = await open({ routes: inOnResponse(reading) })
    await browser.post('/login')
    seen.length = 0
    await visit(browser)
    assert.deepEqual(seen, [[['cookie', 'userId'], 32, false, null], '2::'])
    assert.deepEqual(warnings, [])
  })

  test('is none for a later onSend hook that fails, whose error is answered as usual', async () => {
    let isFailing = false
    let isEnding = false
    const failing: Change = async ({ session }) => {
      if (!isFailing) return
      isFailing = false
      if (isEnding) await session.destroy()
      isEnding = false
      throw new Error('late')
    }
    const { warnings, browser } = await open({ routes: inOnSend(failing) })
    await browser.post('/login')
    isFailing = true
    const failed = await visit(browser)
    assert.deepEqual([failed.statusCode, cookieLines(failed)], [500, []])
    isFailing = true
    isEnding = true
    await browser.get('/me')
    assert.deepEqual((await browser.get('/me')).json(), { endReason: 'destroyed' })
    await browser.post('/login')
    isFailing = true
    assert.equal((await browser.post('/change', { n: 5 })).statusCode, 500)
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada', n: 5 })
    assert.deepEqual(
      warnings.filter(({ msg }) => LATE.test(msg)),
      [],
    )
  })

  test('outside of cookie.path is logged once, with the names of what is lost', async () => {
    const { warnings, browser } = await open({
      options: { cookie: { secure: false, path: '/app' } },
      routes(app) {
        app.get('/outside', async (request) => Object.assign(request.session, { basket: ['secret'] }) && { ok: true })
        app.get('/app/inside', async (request) => Object.assign(request.session, { basket: [] }) && { ok: true })
      },
    })
    await visit(browser, '/')
    await visit(browser, '/app/inside')
    assert.equal(warnings.length, 0)
    for (let count = 0; count < 3; count++) assert.equal((await visit(browser, '/outside')).statusCode, 200)
    assert.equal(warnings.length, 1)
    assert.match(warnings[0]!.msg, OUTSIDE)
    assert.deepEqual([warnings[0]!.keys, warnings[0]!.path], [['basket'], '/app'])
    assert.ok(!JSON.stringify(warnings).includes('secret'))
  })
})
