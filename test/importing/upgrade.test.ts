import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { beforeEach, describe, test } from 'node:test'
import { Packr } from 'msgpackr'
import { memoryStorage } from '../../examples/memory-storage.ts'
import { StoredSessionStore, type UpgradeProgress, type UpgradeResult } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { dumpTables } from '../harness/test-database.ts'
import { allRows, rowOf, storedRow } from '../support/rows.ts'
import { contentOf, destroy, load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret, storesOn } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'
import { copiedRow, importRow } from './imported-rows.ts'

const HOUR = 3_600_000
const json = (session: object) => Buffer.from(JSON.stringify({ cookie: { originalMaxAge: null }, ...session }))

/** What an upgrade did, without the reasons for which nothing was left out. */
function counted({ read, hashed, sealed, skipped, complete }: UpgradeResult) {
  const reasons = Object.fromEntries(Object.entries(skipped).filter(([, count]) => count > 0))
  return { read, hashed, sealed, ...reasons, ...(!complete && { complete }) }
}

forEachDatabase((target) => {
  describe('an upgrade', () => {
    const suite = storesOn(target, { user: userIdOf, maxBytes: 1_000 })
    const copy = (id: string | Buffer, data: Buffer, changes = {}) =>
      copiedRow(suite.database, typeof id === 'string' ? Buffer.from(id) : id, data, changes)
    const copyMany = async (count: number) => {
      const ids = Array.from({ length: count }, newId)
      for (const [n, id] of ids.entries()) await copy(id, json({ n }))
      return ids
    }
    beforeEach(() => suite.database.query('DELETE FROM stored_sessions'))

    test('hashes ids that are in clear and seals what they hold, and the same cookies go on', async () => {
      const ids = [newId(), randomBytes(16).toString('hex'), 'a+b/c=.~:;,!$&()*@[]{}|^`?#<>"\'\\']
      assert.deepEqual(
        ids.map(({ length }) => length),
        [32, 32, 32],
      )
      for (const [n, id] of ids.entries()) await copy(id, json({ userId: 'ada', n }))
      for (const id of ids) assert.equal(await load(suite.store, id), null)
      assert.deepEqual(counted(await suite.store.upgrade()), { read: 3, hashed: 3, sealed: 0 })
      for (const [n, id] of ids.entries())
        assert.deepEqual(contentOf(await loaded(suite.store, id)), { userId: 'ada', n })
      const tables = await dumpTables(suite.database, ['stored_sessions'])
      for (const clear of [...ids, 'userId']) assert.ok(!tables.includes(clear))
      assert.deepEqual(await suite.store.revoke({ user: 'ada' }), { revoked: 3 })
    })

    test('reads JSON and msgpack, and ids that MySQL filled up with zeros', async () => {
      const [id, short] = [newId(), 'a-short-id']
      await copy(id, new Packr({ structuredClone: true }).pack({ cookie: {}, n: 1 }))
      await copy(Buffer.concat([Buffer.from(short), Buffer.alloc(32 - short.length)]), json({ n: 2 }))
      assert.deepEqual(counted(await suite.store.upgrade()), { read: 2, hashed: 2, sealed: 0 })
      assert.equal((await loaded(suite.store, id)).n, 1)
      assert.equal((await loaded(suite.store, short)).n, 2)
    })

    test('keeps dates and user, and sets the time of trimming right', async () => {
      const [id, named] = [newId(), newId()]
      const now = Date.now()
      const times = { createdAt: now - 5 * HOUR, touchedAt: now - 0.5 * HOUR, expiresAt: now + HOUR, trimAt: 7 }
      await copy(id, json({ userId: 'ada' }), times)
      await copy(named, json({ userId: 'ada' }), { ...times, userId: 'grace' })
      await suite.store.upgrade()
      const { createdAt, touchedAt, expiresAt, trimAt, version, userId } = await storedRow(suite.database, id)
      assert.deepEqual({ createdAt, touchedAt, expiresAt, trimAt: 7 }, times)
      assert.ok(trimAt >= expiresAt && trimAt <= expiresAt + 2 * HOUR)
      assert.deepEqual([version, userId], [2, 'ada'])
      assert.equal((await storedRow(suite.database, named)).userId, 'grace')
    })

    test('seals what lies in clear under a hash already, and counts it apart', async () => {
      const ids = [newId(), newId()]
      for (const [n, id] of ids.entries()) await importRow(suite.database, id, json({ n }))
      assert.deepEqual(counted(await suite.store.upgrade()), { read: 2, hashed: 0, sealed: 2 })
      for (const [n, id] of ids.entries()) assert.equal((await loaded(suite.store, id)).n, n)
    })

    test('leaves alone what is sealed or has ended, and finds nothing to do the second time', async () => {
      const [live, over, unnoted] = [newId(), newId(), newId()]
      for (const id of [live, over, unnoted]) await save(suite.store, id, newSession({ n: 1 }))
      await destroy(suite.store, over)
      await suite.database.query('UPDATE stored_sessions SET key_id = NULL')
      const before = await allRows(suite.database)
      assert.deepEqual(counted(await suite.store.upgrade()), { read: 0, hashed: 0, sealed: 0 })
      assert.deepEqual(await allRows(suite.database), before)
      await copyMany(3)
      assert.equal((await suite.store.upgrade()).hashed, 3)
      assert.deepEqual(counted(await suite.store.upgrade()), { read: 0, hashed: 0, sealed: 0 })
    })

    test('with dryRun counts the same, and writes nothing', async () => {
      const [twice] = await copyMany(3)
      await suite.store.import(
        (async function* () {
          yield [{ id: twice!, data: json({ n: 'imported' }) }]
        })(),
      )
      await importRow(suite.database, newId(), json({}))
      await copy(newId(), Buffer.from('{"cut'))
      const before = await allRows(suite.database)
      const rehearsal = await suite.store.upgrade({ dryRun: true, batchSize: 2 })
      assert.deepEqual(counted(rehearsal), { read: 5, hashed: 2, sealed: 1, exists: 1, unreadable: 1 })
      assert.deepEqual(await allRows(suite.database), before)
      assert.deepEqual(await suite.store.upgrade({ batchSize: 2 }), rehearsal)
    })

    test('takes the session under the hash for the newer one, ended or not, and deletes the copy in clear', async () => {
      const ids = await copyMany(2)
      for (const id of ids) await save(suite.store, id, newSession({ n: 'newer' }))
      await destroy(suite.store, ids[1]!)
      assert.deepEqual(counted(await suite.store.upgrade()), { read: 2, hashed: 0, sealed: 0, exists: 2 })
      assert.equal((await loaded(suite.store, ids[0]!)).n, 'newer')
      assert.equal(await load(suite.store, ids[1]!), null)
      const tables = await dumpTables(suite.database, ['stored_sessions'])
      for (const id of ids) assert.ok(!tables.includes(id))
    })

    test('says why it leaves rows as they are, and goes on', async () => {
      const rows: [string | Buffer, Buffer, object?][] = [
        [newId(), json({}), { expiresAt: Date.now() - 1 }],
        [newId(), json({ cookie: { expires: new Date(Date.now() - HOUR) } })],
        [newId(), json({}), { createdAt: Date.now() - 31 * 24 * HOUR }],
        [newId(), Buffer.from('{"cut')],
        [newId(), Buffer.from('[1]')],
        [newId(), Buffer.alloc(0)],
        [newId(), Buffer.from('{"__proto__":{"admin":true},"cookie":{}}')],
        [newId(), json({ $storedSession: 1 })],
        [newId(), json({ userId: 4.2 })],
        [newId(), json({ text: 'x'.repeat(1_001) })],
      ]
      for (const [id, data, changes] of rows) await copy(id, data, changes)
      const before = await allRows(suite.database)
      const [kept] = await copyMany(1)
      assert.deepEqual(counted(await suite.store.upgrade({ batchSize: 3 })), {
        read: 11,
        hashed: 1,
        sealed: 0,
        over: 3,
        unreadable: 4,
        unstorable: 2,
        tooLarge: 1,
      })
      assert.equal((await loaded(suite.store, kept!)).n, 0)
      const after = new Map((await allRows(suite.database)).map((row) => [row.sid.toString('hex'), row]))
      for (const row of before) assert.deepEqual(after.get(row.sid.toString('hex')), row)
    })

    test('stops behind the batch in which it is told to, and its repetition does the rest', async () => {
      const ids = await copyMany(30)
      const stop = new AbortController()
      const seen: UpgradeProgress[] = []
      const onProgress = (progress: UpgradeProgress) => {
        seen.push(progress)
        if (progress.read === 20) stop.abort()
      }
      const first = await suite.store.upgrade({ batchSize: 10, signal: stop.signal, onProgress })
      assert.deepEqual([first.hashed, first.complete], [20, false])
      assert.deepEqual(
        seen.map(({ hashed }) => hashed),
        [10, 20],
      )
      assert.deepEqual(counted(await suite.store.upgrade()), { read: 10, hashed: 10, sealed: 0 })
      for (const [n, id] of ids.entries()) assert.equal((await loaded(suite.store, id)).n, n)
    })

    test('by two at once hashes each row once, beside visitors whose sessions lie in clear', async () => {
      const ids = await copyMany(60)
      const visited = Array.from({ length: 20 }, newId)
      for (const id of visited) await importRow(suite.database, id, json({ n: 0 }))
      const until = new Date(Date.now() + HOUR)
      const other = await suite.another({ acceptUnencrypted: { until } })
      const visits = visited.map(async (id) => {
        const session = await loaded(other, id)
        session.n = 1
        await save(other, id, session)
      })
      const options = { batchSize: 10 }
      const results = await Promise.all([suite.store.upgrade(options), other.upgrade(options)])
      await Promise.all(visits)
      assert.equal(results[0].hashed + results[1].hashed, ids.length)
      assert.equal((await allRows(suite.database)).length, ids.length + visited.length)
      for (const [n, id] of ids.entries()) assert.equal((await loaded(suite.store, id)).n, n)
      for (const id of visited) assert.equal((await loaded(suite.store, id)).n, 1)
    })

    test('seals for the cookie, where payloads are bound to it, unless the id is known no more', async () => {
      const bound = await suite.another({ bindToCookie: true })
      const [clear, hashed] = [newId(), newId()]
      await copy(clear, json({ n: 1 }))
      await importRow(suite.database, hashed, json({ n: 2 }))
      assert.deepEqual(counted(await bound.upgrade()), { read: 2, hashed: 1, sealed: 0, needsCookie: 1 })
      assert.equal((await loaded(bound, clear)).n, 1)
      await assert.rejects(loaded(suite.store, clear))
      const accepting = await suite.another({
        bindToCookie: true,
        acceptUnencrypted: { until: new Date(Date.now() + HOUR) },
      })
      assert.equal((await loaded(accepting, hashed)).n, 2)
    })

    if (target.dialect !== 'mysql') {
      test('hashes ids of other lengths, and leaves keys that are neither', async () => {
        const [uuid, odd] = ['5f0c9b9e-7a0b-4a53-9f3e-2f6a0f3f7d11', Buffer.from([1, 2, 3])]
        await copy(uuid, json({ n: 1 }))
        await copy(odd, json({ n: 2 }))
        assert.deepEqual(counted(await suite.store.upgrade()), { read: 2, hashed: 1, sealed: 0, invalidId: 1 })
        assert.equal((await loaded(suite.store, uuid)).n, 1)
      })
    }

    if (target.dialect === 'sqlite') {
      test('takes text where bytes belong, as SQLite stores what it is given', async () => {
        const id = newId()
        const [now, until] = [Date.now(), Date.now() + HOUR]
        const columns = 'sid, data, version, created_at, touched_at, expires_at, trim_at'
        const values = [id, json({ n: 1 }).toString(), 1, now, now, until, until]
        await suite.database.query(`INSERT INTO stored_sessions (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`, values)
        assert.deepEqual(counted(await suite.store.upgrade()), { read: 1, hashed: 1, sealed: 0 })
        assert.equal((await loaded(suite.store, id)).n, 1)
        assert.equal((await rowOf(suite.database, id))?.version, 2)
      })
    }
  })
})

test('options of an upgrade that are none, and a storage that cannot be upgraded, are refused by name', async () => {
  const store = new StoredSessionStore({ database: 'sqlite::memory:', secret })
  for (const options of [{ batchSize: 0 }, { batchSize: 10_001 }, { onProgress: 1 }, { dryrun: true }]) {
    await assert.rejects(store.upgrade(options as never), {
      code: 'FST_STORED_SESSION_INVALID_OPTIONS',
      message: new RegExp(`stored-session: ${Object.keys(options)[0]} `),
    })
  }
  await store.close()
  const own = new StoredSessionStore({ database: memoryStorage(), secret })
  await assert.rejects(own.upgrade(), { code: 'FST_STORED_SESSION_INVALID_OPTIONS', message: /unsealed/ })
  await own.close()
})
