import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { Signer } from '@fastify/cookie'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { sessionOf } from '../support/app.ts'
import { secret } from '../support/stores.ts'
import { forEachHost, type HostSetup } from './hosts.ts'

// What the plugin does otherwise than @fastify/session: docs/from-fastify-session.md has a row for each test, with its name.
const HTTP: NonNullable<HostSetup['options']> = { cookie: { secure: false } }
const OLD_SECRET = 'an old secret of more than thirty-two characters'

const routes = (app: FastifyInstance) => {
  app.get<{ Querystring: { to?: string } }>('/change', async (request) => {
    sessionOf(request).name = request.query.to ?? 'value'
    return { id: request.session.sessionId }
  })
  app.get('/read', async (request) => ({ name: sessionOf(request).name ?? null }))
  app.get('/end', async ({ session }) => {
    await session.destroy()
    return {}
  })
}

const lineOf = ({ headers }: LightMyRequestResponse) => headers['set-cookie'] as string | undefined
const cookieOf = (response: LightMyRequestResponse) => lineOf(response)!.split(';')[0]!

/** The message of the error that stops the start, or `started`. */
const startOf = (opening: Promise<unknown>) =>
  opening.then(
    () => 'started',
    ({ message }: Error) => message,
  )

forEachHost(({ open, isPlugin, name }) => {
  test('sessions without content are not stored by default', async () => {
    const app = await open({ options: { ...HTTP, saveUninitialized: undefined as never }, routes })
    const line = lineOf(await app.inject('/read'))
    assert.equal(line === undefined, isPlugin)
  })

  test('a request that only reads sends no cookie again', async () => {
    const app = await open({ options: HTTP, routes })
    const headers = { cookie: cookieOf(await app.inject('/change')) }
    const line = lineOf(await app.inject({ url: '/read', headers }))
    assert.equal(line === undefined, isPlugin)
  })

  test('destroy() clears the cookie', async () => {
    const app = await open({ options: HTTP, routes })
    const headers = { cookie: cookieOf(await app.inject('/change')) }
    const line = lineOf(await app.inject({ url: '/end', headers }))
    assert.equal(line?.startsWith('sessionId=;') ?? false, isPlugin)
  })

  test('the line that clears the cookie has the flags of the cookie', async () => {
    const app = await open({ options: { cookie: { secure: false, sameSite: 'strict' } }, routes })
    const line = lineOf(await app.inject({ url: '/read', headers: { cookie: 'sessionId=unknown.unknown' } }))!
    assert.match(line, /^sessionId=;.* Path=\/; Expires=Thu, 01 Jan 1970/)
    assert.equal(/HttpOnly; SameSite=Strict$/.test(line), isPlugin)
  })

  test('a cookie of a former secret is signed again, also for a session that is only read', async () => {
    const options = { ...HTTP, secret: [secret, OLD_SECRET], rolling: false }
    const app = await open({ options, routes })
    const { id } = (await app.inject('/change')).json()
    const cookie = `sessionId=${new Signer(OLD_SECRET).sign(id)}`
    const read = await app.inject({ url: '/read', headers: { cookie } })
    assert.equal(read.json().name, 'value')
    assert.equal(read.cookies[0]?.value, isPlugin ? new Signer(secret).sign(id) : '')
  })

  test('a cookie has no later date than absoluteTimeout', async () => {
    const inAYear = new Date(Date.now() + 365 * 86_400_000)
    const app = await open({ options: { cookie: { secure: false, expires: inAYear } }, routes })
    const { expires } = (await app.inject('/change')).cookies[0]!
    assert.equal(expires! < new Date(Date.now() + 31 * 86_400_000), isPlugin)
  })

  test('expires beside maxAge, and a date in the past, stop the start', async () => {
    const [past, both] = [{ expires: new Date(0) }, { maxAge: 60_000, expires: new Date(Date.now() + 60_000) }]
    for (const cookie of [past, both]) {
      const outcome = await startOf(open({ options: { cookie: { secure: false, ...cookie } } }))
      if (isPlugin) assert.match(outcome, /cookie\.expires/)
      else assert.equal(outcome, 'started')
    }
  })

  test('a secret is text of 32 characters or more, also in a list', async () => {
    const short = 'x'.repeat(16)
    for (const options of [{ secret: [short] }, { secret: new Signer(secret) as never }]) {
      const outcome = await startOf(open({ options }))
      if (isPlugin) assert.match(outcome, /secret/)
      else assert.equal(outcome, 'started')
    }
    for (const wrong of [undefined, 'x'.repeat(31), [], randomBytes(32)])
      assert.match(await startOf(open({ options: { secret: wrong as never } })), /secret/)
  })

  test('a list of secrets is read at start', async () => {
    const secrets = [OLD_SECRET]
    const app = await open({ options: { ...HTTP, secret: secrets }, routes })
    secrets.unshift(secret)
    const changed = await app.inject('/change')
    // The signer of @fastify/session copies the list too, whatever its documentation says.
    assert.equal(changed.cookies[0]?.value, new Signer(OLD_SECRET).sign(changed.json().id))
  })

  test('the option store is refused', async () => {
    const outcome = await startOf(open({ options: { store: { get() {}, set() {}, destroy() {} } } as never }))
    if (isPlugin) assert.match(outcome, /store is not an option/)
    else assert.equal(outcome, 'started')
  })

  test('a value that cannot be stored is refused', async () => {
    const app = await open({
      options: HTTP,
      routes: (routes) =>
        routes.get('/', async (request) => {
          sessionOf(request).callback = () => {}
          return {}
        }),
    })
    const { statusCode } = await app.inject('/')
    assert.equal(statusCode, isPlugin ? 500 : 200)
  })

  test('reload() brings back what is stored', async () => {
    const app = await open({
      options: HTTP,
      routes: (routes) =>
        routes.get('/', async (request) => {
          sessionOf(request).name = 'stored'
          await request.session.save()
          sessionOf(request).name = 'changed'
          await request.session.reload()
          return { name: sessionOf(request).name }
        }),
    })
    // The memory holds the very object that the request changed.
    assert.equal((await app.inject('/')).json().name, name === 'MemoryStore' ? 'changed' : 'stored')
  })

  test('set() of request.sessionStore adopts no id that the plugin did not make', async () => {
    const app = await open({
      options: HTTP,
      routes: (app) => {
        routes(app)
        app.get<{ Querystring: { id: string } }>('/plant', async ({ sessionStore, query }) => {
          const session = { name: 'planted', cookie: { originalMaxAge: null } }
          await promisify(sessionStore.set.bind(sessionStore))(query.id, session as never)
          return {}
        })
      },
    })
    const gone: unknown[] = []
    if (isPlugin) app.storedSession.on('gone', (event) => gone.push(event))
    const id = randomBytes(24).toString('base64url')
    await app.inject(`/plant?id=${id}`)
    const cookie = `sessionId=${new Signer(secret).sign(id)}`
    const { name: read } = (await app.inject({ url: '/read', headers: { cookie } })).json()
    assert.deepEqual([read, gone.length], isPlugin ? [null, 1] : ['planted', 0])
  })
})
