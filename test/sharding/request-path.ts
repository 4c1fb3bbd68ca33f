import assert from 'node:assert/strict'
import type { FastifyInstance } from 'fastify'
import { Browser, sessionOf } from '../support/app.ts'

const MINUTE = 61_000
const AT_ONCE = 12

/** Routes for what a request may do with its session, beside those that every application of the tests has. */
export function addPathRoutes(app: FastifyInstance): void {
  app.post('/sign-in', async (request) => {
    await request.session.regenerate()
    sessionOf(request).userId = (request.body as { userId: string }).userId
    return {}
  })
  app.post('/merge', async (request) => {
    const { cookies } = request
    await app.inject({ method: 'POST', url: '/change', payload: { theirs: Date.now() }, cookies: cookies as never })
    sessionOf(request).ours = Date.now()
    return {}
  })
  app.post('/reload', async (request) => {
    await request.session.reload()
    sessionOf(request).reloaded = Date.now()
    return {}
  })
  app.post('/rotate', async (request) => ({ isRotated: await app.storedSession.rotateId(request) }))
  app.post('/sign-out-elsewhere', async (request) =>
    app.storedSession.revoke({ handle: (request.body as { handle: never }).handle }),
  )
  app.get('/handle', async (request) => ({ handle: app.storedSession.handle(request.session) }))
}

/**
 * Goes through all that a request can ask of the database.
 *
 * @param forward - moves the clock
 * @param touched - resolves when the last use of all who are there is stored
 */
export async function walkRequestPath(
  app: FastifyInstance,
  forward: (ms: number) => void,
  touched: () => Promise<void>,
): Promise<void> {
  const browser = new Browser(app)
  const post = async (who: Browser, url: string, payload = {}) => {
    const response = await who.post(url, payload)
    assert.equal(response.statusCode, 200, `${url}: ${response.body}`)
    return response.json()
  }
  await browser.get('/me')
  await post(browser, '/change', { n: 1 })
  await post(browser, '/sign-in', { userId: 'ada' })
  await post(browser, '/change', { n: 2 })
  await post(browser, '/merge')
  await post(browser, '/reload')
  const before = new Browser(app, browser.cookies())
  assert.deepEqual(await post(browser, '/rotate'), { isRotated: true })
  await before.get('/me')
  await post(browser, '/change', { n: 3 })
  forward(MINUTE)
  assert.equal((await browser.get('/me')).json().n, 3)
  await touched()

  const others = Array.from({ length: AT_ONCE }, () => new Browser(app))
  const all = (url: string, content: (n: number) => object) =>
    Promise.all(others.map((other, n) => post(other, url, content(n))))
  await all('/change', (n) => ({ n }))
  await all('/sign-in', (n) => ({ userId: `user-${n}` }))
  await all('/change', (n) => ({ n: -n }))
  forward(MINUTE)
  await Promise.all([browser, ...others].map((who) => who.get('/me')))
  await touched()
  await all('/rotate', () => ({}))

  const { handle } = (await others[0]!.get('/handle')).json()
  assert.deepEqual(await post(browser, '/sign-out-elsewhere', { handle }), { revoked: 1 })
  await Promise.all(others.map((other) => other.post('/logout')))
  const ended = new Browser(app, browser.cookies())
  await post(browser, '/logout')
  await ended.get('/me')
  await post(ended, '/change', { n: 4 })
}
