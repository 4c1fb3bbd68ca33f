import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { StoredSessionStore, staticKeys } from '../../../src/index.ts'
import { forEachDatabase, type TestDatabase } from '../../harness/databases.ts'
import { namedKey, namedKeyId } from '../../keys/named-key.ts'
import { type CountedDatabase, counted } from '../../support/counting.ts'
import { allRows, storedRow } from '../../support/rows.ts'
import { contentOf, loaded, newSession, save } from '../../support/sessions.ts'
import { newId, secret, storesOn } from '../../support/stores.ts'

const ring = (...names: string[]) => staticKeys(names.map((name) => namedKey(name)))
const SESSIONS = 20

forEachDatabase((target) => {
  const suite = storesOn(target, { keys: ring('old') })

  test('beside live saves of the same sessions no save is lost and no version goes back', async () => {
    const ids = Array.from({ length: SESSIONS }, newId)
    for (const id of ids) await save(suite.store, id, newSession({ saves: 0 }))
    const store = await suite.another({ keys: ring('new', 'old') })
    const another = await suite.another({ keys: ring('new', 'old') })
    const conflicts: unknown[] = []
    store.events.on('conflict', (event) => conflicts.push(event))
    const live = ids.map((id) => saveAgainAndAgain(id))
    let reencrypted = 0
    const versions = new Map<string, number>()
    for (let round = 0; round < 4; round++) {
      reencrypted += (await another.reencrypt({ batchSize: 3, onProgress: noop })).reencrypted
      for (const { sid, version } of await allRows(suite.database)) {
        assert.ok(version >= (versions.get(sid.toString('hex')) ?? 0))
        versions.set(sid.toString('hex'), version)
      }
    }
    await Promise.all(live)
    await another.reencrypt()
    assert.deepEqual(conflicts, [])
    assert.ok(reencrypted <= SESSIONS)
    const alone = await suite.another({ keys: ring('new') })
    for (const id of ids) {
      const session = contentOf(await loaded(alone, id))
      assert.deepEqual(session, {
        saves: 8,
        ...Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`key${n}`, n])),
      })
    }

    async function saveAgainAndAgain(id: string) {
      const session = await loaded(store, id)
      for (let n = 0; n < 8; n++) {
        session[`key${n}`] = n
        session.saves = n + 1
        await save(store, id, session)
      }
    }
  })

  test('a session that was loaded before its row was sealed anew is saved all the same', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ n: 1 }))
    const store = await suite.another({ keys: ring('new', 'old') })
    const session = await loaded(store, id)
    await (await suite.another({ keys: ring('new', 'old') })).reencrypt()
    session.n = 2
    await save(store, id, session)
    assert.deepEqual(contentOf(await loaded(store, id)), { n: 2 })
    assert.equal((await storedRow(suite.database, id)).version, 3)
  })

  test('a rate is never exceeded by more than one batch', async () => {
    const sessions = 30
    for (let n = 0; n < sessions; n++) await save(suite.store, newId(), newSession({ n }))
    const store = await suite.another({ keys: ring('newest', 'new', 'old') })
    const [rate, batchSize] = [200, 10]
    const began = performance.now()
    let steps = 0
    await store.reencrypt({
      rate,
      batchSize,
      onProgress({ reencrypted }) {
        steps++
        const allowed = (rate * (performance.now() - began + 5)) / 1_000 + batchSize
        assert.ok(reencrypted <= allowed, `${reencrypted} rows where ${allowed} are allowed`)
      },
    })
    assert.ok(steps > sessions / batchSize)
  })

  test('a pause between batches ends at once when reencryption is stopped', async () => {
    for (let n = 0; n < 3; n++) await save(suite.store, newId(), newSession({ n }))
    const store = await suite.another({ keys: ring('last', 'newest', 'new', 'old') })
    const stop = new AbortController()
    const running = store.reencrypt({
      rate: 1,
      batchSize: 2,
      signal: stop.signal,
      onProgress: () => setImmediate(() => stop.abort()),
    })
    assert.equal((await running).reencrypted, 2)
  })
})

forEachDatabase((target) => {
  let database: TestDatabase
  let watched: CountedDatabase
  let store: StoredSessionStore

  before(async () => {
    database = await target.create()
    watched = counted(database)
    const setUp = new StoredSessionStore({ database: database.url, secret, migrate: true, trim: false })
    await setUp.ready()
    await setUp.close()
    store = new StoredSessionStore({ database: watched.drizzle, keys: ring('new'), trim: false })
    await store.ready()
  })
  after(async () => {
    await store.close()
    await watched.close()
    await database.drop()
  })

  test('counting by key reads the index of the keys, and no payload', async () => {
    for (let n = 0; n < 300; n++) await save(store, newId(), newSession({ n }))
    watched.statements.length = 0
    assert.deepEqual((await store.reencrypt({ signal: AbortSignal.abort() })).remaining, 0)
    const [statement, ...more] = watched.statements
    assert.deepEqual(more, [])
    assert.match(await planOf(database, statement!), /stored_sessions(_p\d\d)?_key_id_i(nde|d)x/)
    assert.doesNotMatch(statement!, /data/)
    const [row] = await database.query('SELECT key_id FROM stored_sessions LIMIT 1')
    assert.equal(Number(row!.key_id), namedKeyId('new'))
  })
})

async function planOf({ dialect, query }: TestDatabase, statement: string): Promise<string> {
  if (dialect === 'sqlite') return JSON.stringify(await query(`EXPLAIN QUERY PLAN ${statement}`))
  if (dialect === 'pg') await query('ANALYZE stored_sessions')
  return JSON.stringify(await query(`EXPLAIN ${statement}`))
}

test('options of reencryption that are none are refused by name', async () => {
  const store = new StoredSessionStore({ database: 'sqlite::memory:', secret })
  for (const [name, values] of Object.entries({
    batchSize: [0, -1, 1.5, Number.NaN, '10', 10_001],
    rate: [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5'],
    onProgress: [1, {}],
    batchsize: [5],
  })) {
    for (const value of values) {
      await assert.rejects(store.reencrypt({ [name]: value }), {
        code: 'FST_STORED_SESSION_INVALID_OPTIONS',
        message: new RegExp(`stored-session: ${name} `),
      })
    }
  }
  await store.close()
})

function noop() {}
