import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoredSessionStore, staticKeys } from '../../src/index.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { copiedRow } from '../importing/imported-rows.ts'
import { namedKey } from '../keys/named-key.ts'
import { setColumn, sidOf, storedRow } from '../support/rows.ts'
import { load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret, storesOn } from '../support/stores.ts'

const keys = staticKeys([namedKey('shared')])

/** Stores of an installation that shares its secret with others. */
function storesIn(database: TestDatabase) {
  const opened: StoredSessionStore[] = []
  return {
    database,
    async open(namespace: string | undefined) {
      const store = new StoredSessionStore({
        database: database.url,
        secret,
        migrate: true,
        trim: false,
        ...(namespace !== undefined && { namespace }),
      })
      opened.push(store)
      await store.ready()
      return store
    },
    close: () => Promise.all(opened.map((store) => store.close())),
  }
}

forEachDatabase((target) => {
  const suite = storesOn(target, { keys })

  test('one key never opens the rows of another namespace, and says that they are not authentic', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ n: 1 }))
    for (const namespace of ['shop', 'stored_session', 'stored_sessions ', 'STORED_SESSIONS', '2']) {
      const other = await suite.another({ namespace })
      const reasons: string[] = []
      other.events.on('unreadable', ({ reason }) => reasons.push(reason))
      assert.equal(await load(other, id), null)
      assert.deepEqual(reasons, ['not authentic'])
    }
  })

  test('is the name of the table unless told otherwise', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ n: 1 }))
    const named = await suite.another({ namespace: 'stored_sessions' })
    assert.equal((await loaded(named, id)).n, 1)
  })

  test('stays with the rows when the table is renamed', async () => {
    const id = newId()
    await save(await suite.another({ namespace: 'web' }), id, newSession({ n: 1 }))
    await suite.another({ table: 'renamed', namespace: 'web' })
    const sid = sidOf(id).toString('hex')
    const literal = target.dialect === 'pg' ? `'\\x${sid}'::bytea` : `x'${sid}'`
    await suite.database.query(`INSERT INTO renamed SELECT * FROM stored_sessions WHERE sid = ${literal}`)
    const [same, without] = [
      await suite.another({ table: 'renamed', namespace: 'web' }),
      await suite.another({ table: 'renamed' }),
    ]
    assert.equal((await loaded(same, id)).n, 1)
    assert.equal(await load(without, id), null)
  })

  test('a payload of another table, put under the same sid and date, does not open', async () => {
    const id = newId()
    const shop = await suite.another({ table: 'shop_sessions' })
    await save(shop, id, newSession({ userId: 'ada' }))
    const [row] = await suite.database.query('SELECT data, created_at FROM shop_sessions')
    await save(suite.store, id, newSession({ userId: 'grace' }))
    await setColumn(suite.database, id, 'data', row!.data)
    await setColumn(suite.database, id, 'created_at', Number(row!.created_at))
    assert.equal(await load(suite.store, id), null)
    assert.equal((await loaded(shop, id)).userId, 'ada')
  })

  test('keeps apart two databases with one secret and table name, where a copied row opens otherwise', async () => {
    const staging = storesIn(await target.create())
    const production = storesIn(suite.database)
    for (const [namespaces, opens] of [
      [[undefined, undefined], true],
      [['shop', 'shop'], true],
      [[undefined, 'staging'], false],
      [['production', undefined], false],
      [['production', 'staging'], false],
    ] as const) {
      const id = newId()
      await save(await production.open(namespaces[0]), id, newSession({ userId: 'ada' }))
      const store = await staging.open(namespaces[1])
      const reasons: string[] = []
      store.events.on('unreadable', ({ reason }) => reasons.push(reason))
      const { data, createdAt } = await storedRow(suite.database, id)
      await copiedRow(staging.database, sidOf(id), data, { createdAt })
      assert.equal((await load(store, id))?.userId, opens ? 'ada' : undefined, String(namespaces))
      assert.deepEqual(reasons, opens ? [] : ['not authentic'])
    }
    await Promise.all([staging.close(), production.close()])
    await staging.database.drop()
  })

  test('may be any text, also one with quotes', async () => {
    const id = newId()
    const odd = await suite.another({ namespace: `web'; drop table "x" -- ключ \0` })
    await save(odd, id, newSession({ n: 1 }))
    assert.equal((await loaded(odd, id)).n, 1)
    assert.ok((await storedRow(suite.database, id)).data.length > 37)
  })
})

test('a namespace that is none is refused by name', () => {
  for (const namespace of ['', 'x'.repeat(256), 1, {}, null]) {
    assert.throws(
      () => new StoredSessionStore({ database: 'sqlite::memory:', secret, namespace: namespace as never }),
      { code: 'FST_STORED_SESSION_INVALID_OPTIONS', message: /namespace must be a string of 1 to 255 characters/ },
    )
  }
})
