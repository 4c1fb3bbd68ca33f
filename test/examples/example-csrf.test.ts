import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { type Browser, chromium, type Page } from 'playwright-core'
import { csrfApp } from '../../examples/csrf.ts'
import { addressOf, HttpVisitor } from '../support/http-visitor.ts'
import { secret } from '../support/stores.ts'
import { chromiumFlags, chromiumProgram } from './example-chromium.ts'

let app: FastifyInstance
let address: string

before(async () => {
  app = await csrfApp({ database: 'sqlite::memory:', secret })
  app.post('/rotate', async (request) => ({ isRotated: await app.storedSession.rotateId(request) }))
  app.post('/keep', async ({ session }) => {
    await session.regenerate(['_csrf'])
    return {}
  })
  address = await addressOf(app)
})
after(() => app.close())

const tokenIn = (page: string) => /name="_csrf" value="([^"]+)"/.exec(page)![1]!
const tokenFor = async (visitor: HttpVisitor) => tokenIn(await (await visitor.get('/')).text())
const codeOf = async (response: Promise<Response>) => ((await (await response).json()) as { code: string }).code

async function signedIn(): Promise<HttpVisitor> {
  const visitor = new HttpVisitor(address)
  const login = await visitor.submit('/login', { _csrf: await tokenFor(visitor), name: 'ada' })
  assert.equal(login.status, 303)
  return visitor
}

describe('the csrf example', () => {
  test('takes a form with its token, and the same token as a header', async () => {
    const ada = await signedIn()
    const token = await tokenFor(ada)
    assert.equal((await ada.submit('/note', { _csrf: token, note: 'tea' })).status, 303)
    assert.match(await (await ada.get('/')).text(), /Your note: tea/)
    assert.equal((await ada.post('/note', { note: 'milk' }, { 'csrf-token': token })).status, 303)
    assert.match(await (await ada.get('/')).text(), /Your note: milk/)
  })

  test('refuses a form without a token, and one with the token of another session', async () => {
    const [ada, eve] = [await signedIn(), await signedIn()]
    assert.equal(await codeOf(ada.submit('/note', { note: 'stolen' })), 'FST_CSRF_INVALID_TOKEN')
    const hers = await tokenFor(eve)
    assert.equal(await codeOf(ada.submit('/note', { _csrf: hers, note: 'stolen' })), 'FST_CSRF_INVALID_TOKEN')
    assert.equal(await codeOf(new HttpVisitor(address).submit('/login', { name: 'ada' })), 'FST_CSRF_MISSING_SECRET')
    assert.match(await (await ada.get('/')).text(), /Your note: none/)
  })

  test('has a new secret after signing in, given at once, and takes no token of before', async () => {
    const ada = new HttpVisitor(address)
    const old = await tokenFor(ada)
    const login = await ada.submit('/login', { _csrf: old, name: 'ada' })
    assert.equal(await codeOf(ada.submit('/note', { _csrf: old, note: 'tea' })), 'FST_CSRF_INVALID_TOKEN')
    const given = login.headers.get('x-csrf-token')!
    assert.equal((await ada.submit('/note', { _csrf: given, note: 'tea' })).status, 303)
  })

  test('keeps its tokens when the id is renewed, and when regenerate() is told to keep the secret', async () => {
    const ada = await signedIn()
    const token = await tokenFor(ada)
    const { cookie } = ada
    assert.deepEqual(await (await ada.submit('/rotate', { _csrf: token })).json(), { isRotated: true })
    assert.notEqual(ada.cookie, cookie)
    assert.equal((await ada.submit('/note', { _csrf: token, note: 'tea' })).status, 303)
    assert.equal((await ada.submit('/keep', { _csrf: token })).status, 200)
    assert.equal(await codeOf(ada.submit('/note')), 'FST_CSRF_INVALID_TOKEN')
    // The user is gone with the rest of the session, but the token was right.
    assert.equal((await ada.submit('/note', { _csrf: token })).status, 401)
  })

  test('says what is the matter when the session of a form is over', async () => {
    const ada = await signedIn()
    const token = await tokenFor(ada)
    await app.storedSession.revoke({ user: 'ada' })
    const answer = await ada.submit('/note', { _csrf: token, note: 'late' })
    assert.equal(answer.status, 403)
    assert.deepEqual(await answer.json(), { message: 'Your session is over. Load the page again.' })
  })
})

describe('the csrf example in a browser', () => {
  let browser: Browser
  let evil: FastifyInstance
  let page: Page

  before(async () => {
    evil = Fastify()
    evil.get('/', async (_request, reply) => {
      const form = `<form method="post" action="${address}/note"><input name="note" value="stolen"><button>Win</button></form>`
      return reply.type('text/html').send(form)
    })
    // For a browser 127.0.0.1 and localhost are two sites.
    await evil.listen({ host: 'localhost', port: 0 })
    browser = await chromium.launch({ executablePath: await chromiumProgram(), args: chromiumFlags })
    page = await browser.newPage()
  })
  after(async () => {
    await browser?.close()
    await evil?.close()
  })

  test('takes what its own pages send, and nothing that another site does', async () => {
    await page.goto(address)
    await page.locator('input[name=name]').fill('ada')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('input[name=note]').fill('tea <3')
    await page.getByRole('button', { name: 'Write' }).click()
    await page.getByText('Your note: tea <3').waitFor()

    const { port } = evil.server.address() as AddressInfo
    await page.goto(`http://localhost:${port}/`)
    const answered = page.waitForResponse(`${address}/note`)
    await page.getByRole('button', { name: 'Win' }).click()
    assert.equal((await answered).status(), 403)

    await page.goto(address)
    await page.getByText('Your note: tea <3').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    assert.equal((await page.context().cookies()).length, 1)
  })
})
