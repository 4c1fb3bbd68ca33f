import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { ExampleApp } from './example-app.ts'
import { counterOn, Visitor } from './example-visitor.ts'

/** Words that no database, driver or log contains by itself. */
const NAME = 'Quetzalzipfelmuetze'
const LANGUAGE = 'tlh-Piqd'

forEachDatabase((target) => {
  let database: TestDatabase
  let app: ExampleApp

  before(async () => {
    database = await target.create()
    app = await ExampleApp.start({ env: { DATABASE_URL: database.url } })
  })

  after(async () => {
    await app?.end('SIGKILL')
    await database?.drop()
  })

  async function startAgain(): Promise<void> {
    app = await ExampleApp.start({ folder: app.folder, env: { DATABASE_URL: database.url } })
  }

  test('the application is killed and started again, and its user is signed in with the same counter', async () => {
    const visitor = await Visitor.signedIn(app, 'ada')
    await visitor.submit(app, '/count')
    assert.equal(counterOn(await visitor.submit(app, '/count')), 2)
    const { cookie } = visitor

    assert.equal(await app.end('SIGKILL'), 'SIGKILL')
    await startAgain()

    const page = await new Visitor(cookie).open(app)
    assert.match(page, /Hello, ada/)
    assert.equal(counterOn(page), 2)
    assert.equal(counterOn(await new Visitor(cookie).submit(app, '/count')), 3)
  })

  test('who signs out is signed out with the old cookie too, also after SIGTERM and another start', async () => {
    const visitor = await Visitor.signedIn(app, 'grace')
    const old = visitor.cookie
    assert.equal(counterOn(await new Visitor(old).open(app)), 0)

    assert.match(await visitor.submit(app, '/sign-out'), /Your name/)
    assert.equal(visitor.cookie, '')
    assert.match(await new Visitor(old).open(app), /You are signed out/)

    assert.equal(await app.end('SIGTERM'), 0)
    await startAgain()
    assert.match(await new Visitor(old).open(app), /You are signed out/)
    assert.equal(counterOn(await new Visitor(old).submit(app, '/count')), undefined)
  })

  test('signing in begins a session under a new id, and ends the one before', async () => {
    const visitor = await Visitor.signedIn(app, 'ada')
    const first = visitor.cookie
    await visitor.submit(app, '/sign-in', { name: 'grace' })
    assert.notEqual(visitor.sessionId, new Visitor(first).sessionId)
    assert.match(await visitor.open(app), /Hello, grace/)
    assert.equal(counterOn(await new Visitor(first).open(app)), undefined)
  })

  test('the database and the log show no session id and no word of a session but its user', async () => {
    const visitor = new Visitor()
    const headers = { 'accept-language': LANGUAGE }
    await visitor.request(app, '/sign-in', { method: 'POST', body: new URLSearchParams({ name: NAME }), headers })
    const page = await visitor.submit(app, '/count')
    for (const word of [NAME, LANGUAGE, 'countPerDay']) assert.ok(page.includes(word), word)

    const dump = await database.dump()
    assert.ok(dump.includes(createHash('sha256').update(visitor.sessionId).digest()), 'the row is in the dump')
    // The name is the id of the user, which the table has for `list({ user })`.
    assert.ok(dump.includes(NAME))
    assert.ok(!app.output.includes(NAME))
    for (const shown of [LANGUAGE, 'countPerDay', 'signedInAs', ...formsOf(visitor.sessionId)]) {
      assert.ok(!dump.includes(shown), `the dump shows ${shown.toString()}`)
      assert.ok(!app.output.includes(shown.toString()), `the log shows ${shown.toString()}`)
    }
  })
})

/** An id as it is, as the bytes that it writes, and both in the ways that bytes are commonly written. */
function formsOf(id: string): (string | Buffer)[] {
  assert.match(id, /^[\w-]{32}$/)
  const decoded = Buffer.from(id, 'base64url')
  const hex = [Buffer.from(id), decoded].map((bytes) => bytes.toString('hex'))
  const base64 = [Buffer.from(id), decoded].map((bytes) => bytes.toString('base64').replace(/=+$/, ''))
  return [id, decoded, ...hex, ...hex.map((digits) => digits.toUpperCase()), ...base64]
}
