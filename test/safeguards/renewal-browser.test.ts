import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { chromiumFlags, chromiumProgram } from '../examples/example-chromium.ts'
import { databases } from '../harness/databases.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { addressOf } from '../support/http-visitor.ts'
import { userIdOf } from '../support/user-id.ts'
import { EVERY, HOUR, OVERLAP, RENEWING } from './renewing-app.ts'

const PARTS = 12
const IMAGE = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'

describe('a renewal in a browser', () => {
  const suite = appSuite(databases[0]!, { now: 1_732_100_000_000 })
  const { pass } = suite
  let browser: BrowserContext
  let page: Page
  let address: string
  let renewals = 0
  const told: string[] = []

  before(async () => {
    browser = await chromium.launchPersistentContext(temporaryFolder('chromium'), {
      executablePath: await chromiumProgram(),
      args: chromiumFlags,
    })
    page = await browser.newPage()
    const app = await suite.open({
      options: { user: userIdOf, ...RENEWING, onReuse: 'end', idleTimeout: '3d' },
      routes,
    })
    for (const name of ['reused', 'gone'] as const) app.storedSession.on(name, () => told.push(name))
    app.storedSession.on('write', ({ outcome }) => {
      if (outcome === 'renewed') renewals += 1
    })
    address = await addressOf(app)
  })
  after(() => browser?.close())

  beforeEach(async () => {
    await browser.clearCookies()
    await page.goto(`${address}/page/0`)
    await run(page, 'fetch("/login", { method: "POST" })')
    renewals = 0
    told.length = 0
  })

  const run = (where: Page, script: string) => where.evaluate(`${script}.then((answer) => answer.json())`)
  const content = (where: Page) => run(where, 'fetch("/content")') as Promise<Record<string, unknown>>
  const cookie = async () => (await browser.cookies()).find(({ name }) => name === 'sessionId')?.value

  test(`goes with the page or one of its ${PARTS} parts, each of which changes the session`, async () => {
    const before = await cookie()
    pass(EVERY)
    await page.goto(`${address}/page/${PARTS}`, { waitUntil: 'load' })
    assert.notEqual(await cookie(), before)
    const { userId, ...parts } = await content(page)
    assert.deepEqual([userId, Object.keys(parts).length, renewals, told], ['ada', PARTS, 1, []])
  })

  test(`happens once for ${PARTS} requests at once, and none of them loses its change`, async () => {
    const before = await cookie()
    pass(EVERY)
    await page.evaluate(`Promise.all(Array.from({ length: ${PARTS} }, (_, n) => fetch('/part/' + n)))`)
    assert.notEqual(await cookie(), before)
    const { userId, ...parts } = await content(page)
    assert.deepEqual([userId, Object.keys(parts).length, renewals, told], ['ada', PARTS, 1, []])
    pass(OVERLAP + 1)
    assert.equal((await content(page)).userId, 'ada')
  })

  test('leaves a tab signed in that comes back after a day, while another one was used', async () => {
    const tab = await browser.newPage()
    await tab.goto(`${address}/page/0`)
    for (let hour = 0; hour < 24; hour++) {
      pass(HOUR)
      assert.equal((await content(page)).userId, 'ada')
    }
    assert.equal((await content(tab)).userId, 'ada')
    assert.deepEqual([renewals, told], [24, []])
    await tab.close()
  })

  test('leaves the browser signed in that goes back', async () => {
    pass(EVERY)
    await page.goto(`${address}/page/1`)
    pass(EVERY)
    await page.goto(`${address}/page/2`)
    pass(OVERLAP + 1)
    await page.goBack()
    assert.equal((await content(page)).userId, 'ada')
    pass(EVERY)
    await page.goBack()
    assert.equal((await content(page)).userId, 'ada')
    assert.deepEqual(told, [])
  })

  test('goes on when the connection broke before the response, and finds a copy in another client', async () => {
    const copy = await cookie()
    pass(EVERY)
    await page.evaluate('fetch("/broken").catch(() => {})')
    assert.deepEqual([await cookie(), renewals], [copy, 1])
    pass(OVERLAP + 1)
    assert.equal((await content(page)).userId, 'ada')
    assert.notEqual(await cookie(), copy)
    pass(OVERLAP + 1)
    assert.equal((await content(page)).userId, 'ada')
    await suite.apps[0]!.storedSession.flush()
    const response = await fetch(`${address}/content`, { headers: { cookie: `sessionId=${copy}` } })
    const { userId } = (await response.json()) as { userId?: string }
    assert.deepEqual([userId, told], [undefined, ['reused']])
    assert.equal((await content(page)).userId, undefined)
  })
})

function routes(app: FastifyInstance): void {
  app.get<{ Params: { parts: string } }>('/page/:parts', async (request, reply) => {
    reply.type('text/html')
    const parts = Array.from({ length: Number(request.params.parts) }, (_, n) => `<img src="/part/${n}">`)
    return `<!doctype html><title>page</title>${parts.join('')}`
  })
  app.get<{ Params: { n: string } }>('/part/:n', async (request, reply) => {
    sessionOf(request)[`n${request.params.n}`] = true
    reply.type('image/svg+xml')
    return IMAGE
  })
  app.get('/content', async (request) => {
    const { cookie, ...content } = Object.fromEntries(Object.entries(request.session))
    return content
  })
  // The response is lost after the session was renewed for it.
  app.get('/broken', { onSend: async (request) => void request.raw.socket.destroy() }, async () => ({}))
}
