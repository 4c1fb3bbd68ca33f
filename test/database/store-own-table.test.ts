import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { StoredSessionStore } from '../../src/index.ts'
import { type Dialect, forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { destroy, load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { userIdOf } from '../support/user-id.ts'
import { TABLES } from './own-tables.ts'

const TYPES: Record<Dialect, { sid: string; data: string; time: string; text: string }> = {
  pg: { sid: 'bytea', data: 'bytea', time: 'bigint', text: 'text' },
  mysql: { sid: 'binary(32)', data: 'longblob', time: 'bigint', text: 'varchar(255)' },
  sqlite: { sid: 'blob', data: 'blob', time: 'integer', text: 'text' },
}

/** The table's name and its columns' names as SQL has them. */
function sqlNames(dialect: Dialect): (name: string) => string {
  const quote = dialect === 'mysql' ? '`' : '"'
  return (name) => quote + name.replaceAll(quote, quote + quote) + quote
}

async function createTable(database: TestDatabase): Promise<string> {
  const { sid, data, time, text } = TYPES[database.dialect]
  const q = sqlNames(database.dialect)
  const inner = database.dialect === 'mysql' ? '`' : '"'
  const table = q(`Sitzungen ${inner}neu${inner}`)
  const name = database.dialect === 'pg' ? `web.${table}` : table
  if (database.dialect === 'pg') await database.query('CREATE SCHEMA web')
  await database.query(`CREATE TABLE ${name} (${q('note')} ${text}, ${q('Schlüssel')} ${sid} PRIMARY KEY NOT NULL,
    ${q('inhalt')} ${data} NOT NULL, ${q('order')} integer NOT NULL, ${q('user')} ${text}, ${q('from')} ${time} NOT NULL,
    ${q('t')} ${time} NOT NULL, ${q('until')} ${time} NOT NULL, ${q('delete')} ${time} NOT NULL, ${q('end')} ${time},
    ${q(`why ${inner}so${inner}`)} ${text}, ${q('sealed by')} ${time}, ${q('who else')} ${data}, ${q('which device')} ${data}, ${q('place')} ${text} NOT NULL DEFAULT 'somewhere')`)
  return name
}

forEachDatabase((target) => {
  let database: TestDatabase
  let name: string
  let store: StoredSessionStore

  before(async () => {
    database = await target.create()
    name = await createTable(database)
    const table = TABLES[target.dialect]
    store = new StoredSessionStore({ database: database.url, secret, table, user: userIdOf, trim: false })
    await store.ready()
  })
  after(async () => {
    await store.close()
    await database.drop()
  })

  test('a table of the application, with other and more columns, holds sessions', async () => {
    const ids = [newId(), newId(), newId()]
    for (const id of ids) await save(store, id, newSession({ userId: id, n: 1 }))
    const sessions = await Promise.all(ids.map((id) => loaded(store, id)))
    for (const session of sessions) session.n = 2
    await Promise.all(sessions.map((session, index) => save(store, ids[index]!, session)))
    assert.deepEqual(
      (await Promise.all(ids.map((id) => loaded(store, id)))).map(({ n }) => n),
      [2, 2, 2],
    )
    await destroy(store, ids[0]!)
    await store.revoke({ user: ids[1]! })
    assert.deepEqual(await Promise.all(ids.slice(0, 2).map((id) => load(store, id))), [null, null])
    const rows = await database.query(`SELECT note, place FROM ${name}`)
    assert.deepEqual(
      rows.map(({ note, place }) => [note, place]),
      Array.from({ length: 3 }, () => [null, 'somewhere']),
    )
  })

  test('its rows are listed, counted and revoked', async () => {
    await database.query(`DELETE FROM ${name}`)
    const ids = [newId(), newId(), newId()]
    for (const id of ids) await save(store, id, newSession({ userId: `user '${id}` }))
    const { sessions, next } = await store.list({ limit: 2 })
    assert.equal((await store.list({ limit: 2, cursor: next })).sessions.length, 1)
    assert.equal(sessions.length, 2)
    assert.equal(await store.count({ user: `user '${ids[0]}`, state: 'live' }), 1)
    const { live, exact } = await store.stats()
    assert.deepEqual([live, exact], [3, true])
    const except = store.handle({ sessionId: ids[0]! })
    assert.deepEqual(await store.revoke({ all: true, except }), { revoked: 2 })
    assert.deepEqual(await store.revoke({ user: `user '${ids[0]}`, handle: except }), { revoked: 1 })
    assert.equal(await store.count({ state: 'ended' }), 3)
  })

  test('its rows are touched, one and many, and trimmed', async (t) => {
    await database.query(`DELETE FROM ${name}`)
    const ids = [newId(), newId(), newId()]
    for (const id of ids) await save(store, id, newSession())
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 120_000 })
    const q = sqlNames(target.dialect)
    const touched = async () =>
      (await database.query(`SELECT ${q('t')} AS t FROM ${name}`)).filter(({ t }) => Number(t) === Date.now()).length
    await load(store, ids[0]!)
    await until('one is touched', async () => (await touched()) === 1)
    await Promise.all(ids.map((id) => load(store, id)))
    await until('all are touched', async () => (await touched()) === 3)
    t.mock.timers.setTime(Date.now() + 30 * 86_400_000)
    assert.equal((await store.trim()).complete, true)
    assert.deepEqual(await database.query(`SELECT * FROM ${name}`), [])
  })

  test('a table of the application that is missing, or lacks a column, stops the start and is named', async () => {
    const q = sqlNames(target.dialect)
    const other = new StoredSessionStore({ database: database.url, secret, table: TABLES[target.dialect], trim: false })
    const inner = target.dialect === 'mysql' ? '`' : '"'
    await database.query(`ALTER TABLE ${name} RENAME COLUMN ${q('delete')} TO ${q('gone')}`)
    await assert.rejects(other.ready(), { code: 'FST_STORED_SESSION_MISSING_TABLE', message: /lacks a column/ })
    await database.query(`ALTER TABLE ${name} RENAME COLUMN ${q('gone')} TO ${q('delete')}`)
    await other.ready()
    await other.close()
    await database.query(`DROP TABLE ${name}`)
    const late = new StoredSessionStore({ database: database.url, secret, table: TABLES[target.dialect], trim: false })
    await assert.rejects(late.ready(), (error: Error) => {
      assert.match(error.message, /is missing/)
      const schema = target.dialect === 'pg' ? 'web.' : ''
      assert.ok(error.message.includes(`the table "${schema}Sitzungen ${inner}neu${inner}"`), error.message)
      return true
    })
  })
})
