import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { StoredSessionStore } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { type CountedDatabase, counted } from '../support/counting.ts'
import { storedRow } from '../support/rows.ts'
import { destroy, load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret, storesOn } from '../support/stores.ts'
import { until } from '../support/until.ts'

forEachDatabase((target) => {
  const suite = storesOn(target)
  let database: CountedDatabase
  let store: StoredSessionStore

  before(async () => {
    database = counted(suite.database)
    store = new StoredSessionStore({ database: database.drizzle, secret, trim: false })
    await store.ready()
    // The first use of a connection may ask the server about itself.
    await save(store, newId(), newSession())
  })
  beforeEach(() => {
    database.statements.length = 0
  })
  after(async () => {
    await store.close()
    await database.close()
  })

  test('a first save is one INSERT, a change is one UPDATE, and a read is one SELECT', async () => {
    const id = newId()
    const session = newSession({ n: 1 })
    await save(store, id, session)
    session.n = 2
    await save(store, id, session)
    await load(store, id)
    const kinds = database.statements.map((statement) => statement.trim().slice(0, 6).toLowerCase())
    assert.deepEqual(kinds, ['insert', 'update', 'select'])
  })

  test('saving an unchanged session sends no statement', async () => {
    const id = newId()
    const content = { n: 1, when: new Date(0), big: 2n ** 70n, tags: new Map([['a', new Set([1])]]) }
    const session = newSession(content)
    await save(store, id, session)
    const again = await loaded(store, id)
    database.statements.length = 0
    await save(store, id, session)
    await save(store, id, again)
    assert.deepEqual(database.statements, [])
  })

  test('an id of a shape that no generator makes is not looked up', async () => {
    for (const id of ['', ' ', 'two words', 'ümlaut', 'line\nbreak', 'nul\0', 'x'.repeat(513)]) {
      assert.equal(await load(store, id), null)
    }
    assert.deepEqual(database.statements, [])
  })

  test('reads of one turn of the event loop share one statement', async () => {
    const ids = Array.from({ length: 40 }, newId)
    for (const id of ids.slice(0, 20)) await save(store, id, newSession({ id }))
    database.statements.length = 0
    const sessions = await Promise.all([...ids, ...ids].map((id) => load(store, id)))
    // SQLite has no way to a server that could be saved: it reads each key once, in one transaction.
    assert.equal(database.statements.length, target.dialect === 'sqlite' ? ids.length + 2 : 1)
    assert.deepEqual(
      sessions.map((session) => session?.id),
      [...ids, ...ids].map((id, index) => (index % 40 < 20 ? id : undefined)),
    )
  })

  test('many reads after the touch interval share one touch, which later reads need not repeat', async (t) => {
    const id = newId()
    await save(store, id, newSession({ n: 1 }))
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 61_000 })
    database.statements.length = 0
    await Promise.all(Array.from({ length: 64 }, () => load(store, id)))
    await until('the touch is stored', async () => (await storedRow(suite.database, id)).touchedAt === Date.now())
    await load(store, id)
    await store.close()
    assert.equal(database.statements.filter((statement) => /^\s*update/i.test(statement)).length, 1)
    store = new StoredSessionStore({ database: database.drizzle, secret, trim: false })
    await store.ready()
  })

  test('ending a stored session is one UPDATE', async () => {
    const id = newId()
    await save(store, id, newSession())
    database.statements.length = 0
    await destroy(store, id)
    assert.equal(database.statements.length, 1)
    assert.match(database.statements[0]!, /^\s*update/i)
  })
})
