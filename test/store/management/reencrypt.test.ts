import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ReencryptProgress, type StoredSessionStore, staticKeys } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { namedKey, namedKeyId } from '../../keys/named-key.ts'
import { allRows, setColumn, storedRow } from '../../support/rows.ts'
import { destroy, loaded, newSession, save } from '../../support/sessions.ts'
import { newId, type OpenStores, storesOn } from '../../support/stores.ts'

const ring = (...names: string[]) => staticKeys(names.map((name) => namedKey(name)))

/** Sessions under the key "old", and what their content must be for ever. */
async function oldSessions(store: StoredSessionStore, count: number): Promise<Map<string, number>> {
  const ids = Array.from({ length: count }, newId)
  for (const [n, id] of ids.entries()) await save(store, id, newSession({ n }))
  return new Map(ids.map((id, n) => [id, n]))
}

async function areSealedBy(suite: OpenStores, name: string, sessions: Map<string, number>): Promise<void> {
  const store = await suite.another({ keys: ring(name) })
  for (const [id, n] of sessions) assert.equal((await loaded(store, id)).n, n)
}

const keyIds = async ({ database }: OpenStores) =>
  (await database.query('SELECT key_id FROM stored_sessions')).map(({ key_id }) =>
    key_id === null ? null : +`${key_id}`,
  )

forEachDatabase((target) => {
  const suite = storesOn(target, { keys: ring('old') })
  // Each test has the rows of those before it: emptied, so that what remains can be counted.
  const empty = () => suite.database.query('DELETE FROM stored_sessions')

  test('all that other keys sealed is sealed by the current one, and counted by key', async () => {
    await empty()
    const sessions = await oldSessions(suite.store, 25)
    const older = await suite.another({ keys: ring('older') })
    for (const [id, n] of await oldSessions(older, 5)) sessions.set(id, n)
    const store = await suite.another({ keys: ring('new', 'old', 'older') })
    await save(store, newId(), newSession())
    const stopped = await store.reencrypt({ signal: AbortSignal.abort() })
    assert.deepEqual(stopped, {
      reencrypted: 0,
      unreadable: 0,
      remaining: 30,
      remainingByKey: { [namedKeyId('old')]: 25, [namedKeyId('older')]: 5 },
    })
    const progress: ReencryptProgress[] = []
    const result = await store.reencrypt({ batchSize: 7, onProgress: (now) => progress.push(now) })
    assert.deepEqual(result, { reencrypted: 30, unreadable: 0, remaining: 0, remainingByKey: {} })
    assert.deepEqual(
      progress.map(({ reencrypted }) => reencrypted),
      [7, 14, 21, 28, 30],
    )
    assert.deepEqual(new Set(await keyIds(suite)), new Set([namedKeyId('new')]))
    await areSealedBy(suite, 'new', sessions)
    assert.deepEqual(await store.reencrypt(), { reencrypted: 0, unreadable: 0, remaining: 0, remainingByKey: {} })
  })

  test('after a stop it goes on where it was', async () => {
    await empty()
    const sessions = await oldSessions(suite.store, 30)
    const store = await suite.another({ keys: ring('new', 'old') })
    let done = 0
    for (let stops = 0; stops < 2; stops++) {
      const stop = new AbortController()
      const { reencrypted, remaining } = await store.reencrypt({
        batchSize: 10,
        signal: stop.signal,
        onProgress: () => stop.abort(),
      })
      done += reencrypted
      assert.deepEqual([reencrypted, remaining], [10, 30 - done])
    }
    assert.equal((await store.reencrypt()).reencrypted, 10)
    await areSealedBy(suite, 'new', sessions)
  })

  test('two at once seal every row once', async () => {
    await empty()
    const sessions = await oldSessions(suite.store, 40)
    const stores = [
      await suite.another({ keys: ring('new', 'old') }),
      await suite.another({ keys: ring('new', 'old') }),
    ]
    const results = await Promise.all(stores.map((store) => store.reencrypt({ batchSize: 5 })))
    assert.equal(
      results.reduce((sum, { reencrypted }) => sum + reencrypted, 0),
      40,
    )
    for (const { version } of await allRows(suite.database)) assert.equal(version, 2)
    await areSealedBy(suite, 'new', sessions)
  })

  test('rows that do not open are left, counted and told of, and stop nothing', async () => {
    await empty()
    const sessions = await oldSessions(suite.store, 12)
    const [broken, unknown] = [newId(), newId()]
    await save(suite.store, broken, newSession())
    await setColumn(suite.database, broken, 'data', Buffer.from('damaged'))
    await save(await suite.another({ keys: ring('lost') }), unknown, newSession())
    const before = await Promise.all([broken, unknown].map((id) => storedRow(suite.database, id)))
    const store = await suite.another({ keys: ring('new', 'old') })
    const reasons: string[] = []
    store.events.on('unreadable', ({ reason }) => reasons.push(reason))
    assert.deepEqual(await store.reencrypt({ batchSize: 3 }), {
      reencrypted: 12,
      unreadable: 2,
      remaining: 2,
      remainingByKey: { [namedKeyId('old')]: 1, [namedKeyId('lost')]: 1 },
    })
    assert.deepEqual(reasons.sort(), ['malformed', 'unknown key'])
    assert.deepEqual(await Promise.all([broken, unknown].map((id) => storedRow(suite.database, id))), before)
    await areSealedBy(suite, 'new', sessions)
  })

  test('what a revoked key sealed is not sealed anew', async () => {
    await empty()
    await oldSessions(suite.store, 3)
    const store = await suite.another({ keys: staticKeys([namedKey('new'), namedKey('old', 'revoked')]) })
    assert.deepEqual(await store.reencrypt(), {
      reencrypted: 0,
      unreadable: 3,
      remaining: 3,
      remainingByKey: { [namedKeyId('old')]: 3 },
    })
  })

  test('rows from before keys were noted count as "none" and are sealed too, and tombstones are left out', async () => {
    await empty()
    const sessions = await oldSessions(suite.store, 6)
    await suite.database.query('UPDATE stored_sessions SET key_id = NULL')
    const [stored, never] = [newId(), newId()]
    await save(suite.store, stored, newSession())
    for (const id of [stored, never]) await destroy(suite.store, id)
    // Also those of the current key: the column alone says nothing about them.
    const store = await suite.another({ keys: ring('old') })
    const { remainingByKey } = await store.reencrypt({ signal: AbortSignal.abort() })
    assert.deepEqual(remainingByKey, { none: 6 })
    assert.deepEqual(await store.reencrypt(), { reencrypted: 6, unreadable: 0, remaining: 0, remainingByKey: {} })
    await areSealedBy(suite, 'old', sessions)
  })

  test('key ids of the whole unsigned range are noted and counted', async () => {
    await empty()
    const ids = [0, 2 ** 31, 2 ** 32 - 1]
    for (const id of ids) {
      const keys = staticKeys([{ ...namedKey(String(id)), id }])
      await save(await suite.another({ keys }), newId(), newSession())
    }
    const store = await suite.another({ keys: ring('new') })
    const { remainingByKey } = await store.reencrypt({ signal: AbortSignal.abort() })
    assert.deepEqual(remainingByKey, Object.fromEntries(ids.map((id) => [id, 1])))
  })
})
