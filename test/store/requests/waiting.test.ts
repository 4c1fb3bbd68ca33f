import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { derivedKeys, StoredSessionStore } from '../../../src/index.ts'
import { MOST_WAITING } from '../../../src/store/operations.ts'
import { forEachDatabase, type TestDatabase } from '../../harness/databases.ts'
import { TcpProxy } from '../../harness/tcp-proxy.ts'
import { openApp } from '../../support/app.ts'
import { storedRow } from '../../support/rows.ts'
import { load, loaded, newSession, save } from '../../support/sessions.ts'
import { newId, secret } from '../../support/stores.ts'
import { signIn } from '../../support/visitor.ts'

forEachDatabase((target) => {
  let database: TestDatabase

  before(async () => {
    database = await target.create()
  })
  after(() => database.drop())

  test('closing under load writes what was acknowledged', async () => {
    const app = await openApp(database.url)
    const writers = await Promise.all(Array.from({ length: 30 }, () => signIn(app)))
    const changes = writers.map((visitor) => visitor.post('/change', { n: 1 }))
    await changes[0]
    const closing = Promise.all([app.close(), app.close()])
    const responses = await Promise.all(changes)
    await closing
    await app.close()
    const again = new StoredSessionStore({ database: database.url, secret, trim: false })
    for (const [index, { statusCode }] of responses.entries()) {
      const { n } = await loaded(again, writers[index]!.id)
      if (statusCode === 200) assert.equal(n, 1)
    }
    assert.equal(responses[0]?.statusCode, 200)
    await again.close()
  })

  test('closing writes the touches that wait for others', async (t) => {
    const store = new StoredSessionStore({ database: database.url, secret, trim: false })
    const id = newId()
    await save(store, id, newSession({ n: 1 }))
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 120_000 })
    await loaded(store, id)
    await store.close()
    assert.equal((await storedRow(database, id)).touchedAt, Date.now())
  })

  if (target.dialect === 'sqlite') {
    test('more operations than may wait are turned away at once, and served again afterwards', async () => {
      let open = () => {}
      let gate: Promise<void> | undefined
      const known = derivedKeys(secret)
      const find = (id: number) => (gate ? gate.then(() => known.find(id)) : known.find(id))
      const keys = { current: () => known.current(), find }
      const store = new StoredSessionStore({ database: database.url, keys, trim: false, warnKeyAge: false })
      const id = newId()
      await save(store, id, newSession({ n: 1 }))
      gate = new Promise((resolve) => {
        open = resolve
      })
      const waiting = Array.from({ length: MOST_WAITING }, () => load(store, id))
      const refusal = { statusCode: 503, code: 'FST_STORED_SESSION_OVERLOADED' }
      await assert.rejects(load(store, id), refusal)
      await assert.rejects(save(store, newId(), newSession({ n: 1 })), refusal)
      assert.equal((await store.health()).waiting, MOST_WAITING)
      open()
      const sessions = await Promise.all(waiting)
      assert.ok(sessions.every((session) => session?.n === 1))
      assert.equal((await loaded(store, id)).n, 1)
      await store.close()
    })

    test('a busy file does not block the event loop', async () => {
      const store = new StoredSessionStore({ database: database.url, secret, trim: false, operationTimeout: 1_000 })
      const id = newId()
      await save(store, id, newSession({ n: 1 }))
      const other = new Database(database.url.slice('sqlite:'.length))
      other.exec('BEGIN IMMEDIATE')
      let isOver = false
      const refused = assert.rejects(save(store, newId(), newSession({ n: 1 })), { statusCode: 503 }).finally(() => {
        isOver = true
      })
      let reads = 0
      for (; !isOver; reads++) {
        assert.equal((await loaded(store, id)).n, 1)
        await sleep(1)
      }
      await refused
      other.close()
      assert.ok(reads > 10, `only ${reads} reads meanwhile`)
      await store.close()
    })
    return
  }

  test('closing takes no longer than 2 seconds when the database does not answer, and twice is harmless', async () => {
    const proxy = await TcpProxy.open(database.url)
    const app = await openApp(proxy.url)
    const visitor = await signIn(app)
    proxy.drop()
    const change = visitor.post('/change', { n: 1 })
    const session = load(app.storedSession.store, visitor.id).catch(() => {})
    await sleep(20)
    const begun = performance.now()
    await Promise.all([app.storedSession.store.close(), app.storedSession.store.close()])
    // What a busy machine adds is not ours.
    assert.ok(performance.now() - begun < 2_500)
    assert.equal((await change).statusCode, 503)
    await session
    await app.close()
    await proxy.close()
  })
})
