import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { StoredSessionOptions } from '../../src/index.ts'
import { createSqliteDatabase } from '../harness/sqlite-database.ts'
import type { TestDatabase } from '../harness/test-database.ts'
import { linkedExample } from '../packed/examples/linked-example.ts'
import { type FailingDatabase, failingDatabase } from '../support/failing-database.ts'
import { addressOf, HttpVisitor } from '../support/http-visitor.ts'
import { secret } from '../support/stores.ts'

type Check = (name: string, password: string) => Promise<{ id: string } | undefined>
type PassportApp = (options: StoredSessionOptions, checkPassword: Check) => Promise<FastifyInstance>

const { folder } = await linkedExample('passport')
const { passportApp } = (await import(join(folder, 'application.ts'))) as { passportApp: PassportApp }

const ADA = { username: 'ada', password: 'correct' }
const CART = { item: 'tea' }

let database: TestDatabase
let failing: FailingDatabase
let app: FastifyInstance
let address: string

before(async () => {
  database = await createSqliteDatabase()
  failing = await failingDatabase(database)
  await failing.database.migrate()
  app = await passportApp({ database: failing.database, secret, trim: false }, async (name, password) =>
    password === 'correct' ? { id: name } : undefined,
  )
  address = await addressOf(app)
})
after(async () => {
  await app.close()
  await failing.close()
  await database.drop()
})
afterEach(() => failing.failing.clear())

const visitor = () => new HttpVisitor(address)
const statusOf = async (response: Promise<Response>) => (await response).status
const liveRows = async () => (await database.query('SELECT * FROM stored_sessions WHERE ended_at IS NULL')).length

test('with passport a visitor signs in by a form, is known, and signs out', async () => {
  const ada = visitor()
  assert.equal(await statusOf(ada.get('/me')), 401)
  assert.equal(ada.cookie, '')
  const login = await ada.submit('/login', ADA)
  assert.deepEqual([login.status, login.headers.get('location')], [303, '/'])
  assert.deepEqual(await (await ada.get('/me')).json(), { id: 'ada' })
  assert.deepEqual(await app.storedSession.count({ user: 'ada', state: 'live' }), 1)

  const thief = ada.copy()
  assert.equal(await statusOf(ada.submit('/logout')), 303)
  assert.equal(ada.cookie, '')
  assert.equal(await statusOf(thief.get('/me')), 401)
  assert.equal(await liveRows(), 0)
})

test('with passport a wrong password is refused, and leaves no session', async () => {
  const ada = visitor()
  assert.equal(await statusOf(ada.submit('/login', { ...ADA, password: 'wrong' })), 401)
  assert.equal(ada.cookie, '')
})

test('signing in with passport gives the session a new id, and keeps of it what is named alone', async () => {
  const ada = visitor()
  await ada.post('/cart', CART)
  const planted = ada.copy()
  await ada.submit('/login', ADA)
  assert.notEqual(ada.cookie, planted.cookie)
  assert.match(await (await ada.get('/')).text(), /1 in your cart/)
  assert.equal(await statusOf(planted.get('/me')), 401)
  assert.match(await (await planted.get('/')).text(), /<form method="post" action="\/login">/)
})

test('revoking the sessions of a user signs them out of passport', async () => {
  const [here, there] = [visitor(), visitor()]
  for (const each of [here, there]) await each.submit('/login', { ...ADA, username: 'grace' })
  assert.deepEqual(await app.storedSession.revoke({ user: 'grace' }), { revoked: 2 })
  assert.deepEqual([await statusOf(here.get('/me')), await statusOf(there.get('/me'))], [401, 401])
})

for (const statement of ['end', 'insert', 'update'] as const) {
  test(`signing in with passport while the database fails to ${statement} is a 503, and signs nobody in`, async () => {
    const ada = visitor()
    await ada.post('/cart', CART)
    failing.failing.add(statement)
    assert.equal(await statusOf(ada.submit('/login', ADA)), 503)
    failing.failing.clear()
    assert.equal(await statusOf(ada.get('/me')), 401)
    assert.equal(await statusOf(ada.submit('/login', ADA)), 303)
    assert.deepEqual(await (await ada.get('/me')).json(), { id: 'ada' })
  })
}

test('while the database is away passport takes nobody for signed out', async () => {
  const ada = visitor()
  await ada.submit('/login', ADA)
  failing.failing.add('read')
  assert.deepEqual([await statusOf(ada.get('/me')), await statusOf(ada.submit('/logout'))], [503, 503])
  failing.failing.clear()
  assert.deepEqual(await (await ada.get('/me')).json(), { id: 'ada' })
})
