import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { installedPackage } from '../examples/example-chromium.ts'
import { execute } from '../harness/command.ts'
import { executables } from '../harness/executables.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { openApp, sessionOf } from '../support/app.ts'
import { until } from '../support/until.ts'
import { userIdOf } from '../support/user-id.ts'
import { openProfile, type Profile } from './bound-chromium.ts'
import { type Trusted, trustedCertificate } from './secure-server.ts'

const DEVICE_COOKIE = 'sessionId-device'
const SIGNED_IN = { userId: 'ada', isDeviceBound: true }
const UNPROVEN = { isDeviceBound: false, endReason: 'unproven' }

let trusted: Trusted
let app: FastifyInstance
let address: string
let elsewhere: Server
let owner: Profile
/** What browsers asked for, in order. */
const asked: string[] = []

before(async () => {
  trusted = await trustedCertificate(temporaryFolder('bound-home'))
  app = await openApp('sqlite::memory:', {
    options: { deviceBound: true, user: userIdOf, history: true, metadata: true, cookie: { secure: true } },
    server: { https: { key: trusted.key, cert: trusted.cert } } as never,
    before: (app) => app.addHook('onRequest', async ({ method, url }) => void asked.push(`${method} ${url}`)),
    routes(app) {
      app.get('/state', async (request) => ({
        userId: sessionOf(request).userId,
        isDeviceBound: request.isDeviceBound,
        endReason: request.sessionEndReason,
      }))
    },
  })
  await app.listen({ host: 'localhost', port: 0 })
  address = `https://localhost:${(app.server.address() as AddressInfo).port}`
  elsewhere = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end(`<a href="${address}/state">a link</a>`),
  ).listen(0, '127.0.0.1')
  await once(elsewhere, 'listening')
  owner = await openProfile(trusted.home)
})

after(async () => {
  await owner?.close()
  await app?.close()
  elsewhere?.close()
})

const count = (line: string) => asked.filter((one) => one === line).length
const refreshes = () => count('POST /dbsc/refresh')

async function stateIn({ page }: Profile): Promise<object> {
  await page.goto(`${address}/state`)
  return shownBy(page)
}

const shownBy = async (page: Profile['page']) => JSON.parse((await page.textContent('body'))!)

async function signIn({ page }: Profile): Promise<void> {
  const before = count('POST /dbsc/register')
  await page.goto(address)
  await page.evaluate("fetch('/login', { method: 'POST' })")
  await until('the browser has registered', () => count('POST /dbsc/register') > before)
  await until('the browser has the cookie', async () => (await cookiesOf(owner)).has(DEVICE_COOKIE))
}

async function cookiesOf({ page }: Profile): Promise<Map<string, string>> {
  return new Map((await page.context().cookies()).map(({ name, value }) => [name, value]))
}

const forget = ({ page }: Profile) => page.context().clearCookies({ name: DEVICE_COOKIE })

test('Chromium binds a session when its user signs in', async () => {
  await signIn(owner)
  assert.deepEqual(await stateIn(owner), SIGNED_IN)
  assert.equal(refreshes(), 0)
})

test('Chromium renews the cookie of the device before it loads a page, and its user notices nothing', async () => {
  await forget(owner)
  assert.deepEqual(await stateIn(owner), SIGNED_IN)
  // Once without a proof, and once with one.
  assert.equal(refreshes(), 2)
  assert.deepEqual(await stateIn(owner), SIGNED_IN)
  assert.equal(refreshes(), 2)
})

test('Chromium renews it for a link of another site too', async () => {
  await forget(owner)
  await owner.page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`)
  await owner.page.click('a')
  await owner.page.waitForURL(`${address}/state`)
  assert.deepEqual(await shownBy(owner.page), SIGNED_IN)
})

test('the copied cookie opens nothing in another profile, nor with curl, and its owner notices nothing', async () => {
  const sessionId = (await cookiesOf(owner)).get('sessionId')!
  const thief = await openProfile(trusted.home)
  await thief.page
    .context()
    .addCookies([{ name: 'sessionId', value: sessionId, url: address, httpOnly: true, secure: true }])
  assert.deepEqual(await stateIn(thief), UNPROVEN)
  assert.equal((await cookiesOf(thief)).get('sessionId'), sessionId)
  await thief.close()
  const curl = await installedPackage('curl', async () => executables('curl')[0])
  const line = [curl!, '--silent', '--insecure', '--cookie', `sessionId=${sessionId}`, `${address}/state`]
  assert.deepEqual(JSON.parse(await execute({ line })), UNPROVEN)
  assert.deepEqual(await stateIn(owner), SIGNED_IN)
  await app.storedSession.flush()
  const { events } = await app.storedSession.history({ user: 'ada' })
  // A browser also asks for the icon of a page.
  const uses = events.filter(({ kind }) => kind === 'unproven')
  assert.ok(uses.length >= 2)
  assert.match(uses[0]!.metadata!.userAgent!, /^curl\//)
  assert.equal(events.filter(({ kind }) => kind === 'bound').length, 1)
})

test('Chromium forgets the key after a sign-out, and binds the next session to another', async () => {
  await owner.page.evaluate("fetch('/logout', { method: 'POST' })")
  await forget(owner)
  await stateIn(owner)
  const before = refreshes()
  await forget(owner)
  assert.deepEqual(await stateIn(owner), { isDeviceBound: false })
  assert.equal(refreshes(), before)
  await signIn(owner)
  assert.deepEqual(await stateIn(owner), SIGNED_IN)
})
