import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import Fastify from 'fastify'
import { storedSession } from '../../src/index.ts'
import { HttpVisitor } from '../support/http-visitor.ts'
import { secret } from '../support/stores.ts'
import { besidePlugin, installBeside, PageProgram } from './page-program.ts'

// Its types would give every session of the tests any property.
const { Authenticator } = createRequire(import.meta.url)('@fastify/passport')

before(() => installBeside())

/** The program of a page, compiled and started before the tests of its suite. */
function programOf(page: string, packages: string[]): { address: string } {
  const started = { address: '' }
  let program: PageProgram
  before(async () => {
    program = new PageProgram(page, packages)
    started.address = await program.start('app.ts')
  })
  after(() => program.end())
  test('compiles under strict rules', async () => {
    assert.equal(await program.complaints(), '')
  })
  return started
}

const jsonOf = async (response: Promise<Response>) => (await response).json() as Promise<Record<string, unknown>>

describe('the program of docs/beside-jwt.md', () => {
  const program = programOf('beside-jwt', ['@fastify/jwt'])

  test('accepts the session for pages alone, and the token for the API alone', async () => {
    const ada = new HttpVisitor(program.address)
    assert.equal((await ada.get('/me')).status, 401)
    await ada.post('/sign-in', { name: 'ada' })
    assert.deepEqual(await jsonOf(ada.get('/me')), { user: 'ada' })
    assert.equal((await ada.get('/api/report')).status, 401)

    const { token } = await jsonOf(ada.post('/token'))
    const service = new HttpVisitor(program.address)
    const authorization = `Bearer ${token}`
    assert.deepEqual(await jsonOf(service.get('/api/report', { authorization })), { reportFor: 'ada' })
    assert.equal((await service.get('/me', { authorization })).status, 401)
    assert.equal((await service.get('/api/report', { cookie: `token=${token}` })).status, 401)
    assert.equal(service.cookie, '')
  })

  test('needs another decorator where passport decorates the request with "user" too', async () => {
    const app = Fastify()
    await app.register(storedSession, { database: 'sqlite::memory:', secret })
    const passport = new Authenticator()
    await app.register(passport.initialize())
    await app.register(passport.secureSession())
    // With this name, the default of @fastify/jwt, its register call would end the process.
    assert.ok(app.hasRequestDecorator('user'))
    await app.register(besidePlugin('@fastify/jwt'), { secret: 'of tokens', decoratorName: 'token' })
    assert.ok(app.hasRequestDecorator('token'))
    await app.close()
  })
})

describe('the program of docs/beside-trpc.md', () => {
  const program = programOf('beside-trpc', ['@trpc/server'])

  test('signs in and out by procedures, and knows the user in others', async () => {
    const ada = new HttpVisitor(program.address)
    assert.equal((await ada.get('/trpc/me')).status, 401)
    assert.equal((await ada.send('POST', '/trpc/signIn', 'ada')).status, 200)
    assert.deepEqual(await jsonOf(ada.get('/trpc/me')), { result: { data: 'ada' } })
    const batch = (await (await ada.get('/trpc/me,me?batch=1&input={}')).json()) as object[]
    assert.deepEqual(batch, [{ result: { data: 'ada' } }, { result: { data: 'ada' } }])

    const copy = ada.copy()
    await ada.send('POST', '/trpc/signOut', null)
    assert.equal(ada.cookie, '')
    assert.equal((await copy.get('/trpc/me')).status, 401)
  })
})

describe('the program of docs/beside-graphql.md', () => {
  const program = programOf('beside-graphql', ['mercurius', 'graphql'])

  test('signs in and out by mutations, and knows the user in queries', async () => {
    const ada = new HttpVisitor(program.address)
    const ask = (query: string) => jsonOf(ada.post('/graphql', { query }))
    assert.deepEqual(await ask('{ me }'), { data: { me: null } })
    assert.deepEqual(await ask('mutation { signIn(name: "ada") }'), { data: { signIn: true } })
    assert.deepEqual(await ask('{ me again: me }'), { data: { me: 'ada', again: 'ada' } })

    const copy = ada.copy()
    assert.deepEqual(await ask('mutation { signOut }'), { data: { signOut: true } })
    assert.equal(ada.cookie, '')
    assert.deepEqual(await jsonOf(copy.post('/graphql', { query: '{ me }' })), { data: { me: null } })
  })

  test('refuses what a form of another site can send', async () => {
    const visitor = new HttpVisitor(program.address)
    assert.equal((await visitor.get('/graphql?query={me}')).status, 400)
    assert.equal((await visitor.submit('/graphql', { query: '{ me }' })).status >= 400, true)
  })
})
