import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type StoredSessionStore, staticKeys } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { handleOf, setColumn, sidOf, storedRow } from '../support/rows.ts'
import { contentOf, load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, type OpenStores, storesOn } from '../support/stores.ts'

interface Unreadable {
  sid: string
  reason: string
}

function unreadableOf(store: StoredSessionStore): Unreadable[] {
  const events: Unreadable[] = []
  store.events.on('unreadable', (event) => events.push(event))
  return events
}

const flipped = (bytes: Buffer, at: number) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)) as Buffer

/** What somebody with access to the database may do to a payload. */
const DAMAGES: Record<string, (payload: Buffer) => Buffer> = {
  'an unknown version': (payload) => flipped(payload, 0),
  'the id of another key': (payload) => flipped(payload, 4),
  'a flipped bit in its salt': (payload) => flipped(payload, 10),
  'a flipped bit in its content': (payload) => flipped(payload, 25),
  'a flipped bit in its tag': (payload) => flipped(payload, payload.length - 1),
  'its last byte missing': (payload) => payload.subarray(0, -1),
  'a byte more': (payload) => Buffer.concat([payload, Buffer.from([0])]),
  'no bytes at all': () => Buffer.alloc(0),
  'a header alone': (payload) => payload.subarray(0, 21),
  'cleartext instead': () => Buffer.from(JSON.stringify({ userId: 'ada', cookie: {} })),
}

forEachDatabase((target) => {
  const suite = storesOn(target)

  /** Expects no session, one event with the sid, and a row that is left for somebody to look at. */
  async function isUnreadable(id: string, damage: () => Promise<void>, options = {}): Promise<string> {
    const store = await suite.another(options)
    const events = unreadableOf(store)
    await damage()
    const row = await storedRow(suite.database, id)
    assert.equal(await load(store, id), null)
    assert.deepEqual(await storedRow(suite.database, id), row)
    assert.deepEqual(
      events.map(({ sid }) => sid),
      [handleOf(id)],
    )
    return events[0]!.reason
  }

  for (const [name, damage] of Object.entries(DAMAGES)) {
    test(`a payload with ${name} is no session`, async () => {
      const id = newId()
      await save(suite.store, id, newSession({ userId: 'ada' }))
      const { data } = await storedRow(suite.database, id)
      await isUnreadable(id, () => setColumn(suite.database, id, 'data', damage(data)))
    })
  }

  test('a row whose key is not there any more is no session', async () => {
    const id = newId()
    const [old, current] = ['old', 'current'].map((name) => ({ id: name, key: Buffer.from(name.padEnd(32, '-')) }))
    const store = await suite.another({ keys: staticKeys([old!]) })
    await save(store, id, newSession({ userId: 'ada' }))
    assert.equal(await isUnreadable(id, async () => {}, { keys: staticKeys([current!]) }), 'unknown key')
    const both = await suite.another({ keys: staticKeys([current!, old!]) })
    assert.deepEqual(contentOf(await loaded(both, id)), { userId: 'ada' })
  })

  test('two rows that swapped their payloads are no sessions', async () => {
    const [one, other] = [newId(), newId()]
    await save(suite.store, one, newSession({ userId: 'ada' }))
    await save(suite.store, other, newSession({ userId: 'grace' }))
    const [first, second] = [await storedRow(suite.database, one), await storedRow(suite.database, other)]
    await isUnreadable(one, () => setColumn(suite.database, one, 'data', second.data))
    await isUnreadable(other, () => setColumn(suite.database, other, 'data', first.data))
  })

  test('a row under the sid of another session is no session', async () => {
    const [victim, attacker] = [newId(), newId()]
    await save(suite.store, victim, newSession({ userId: 'ada' }))
    await isUnreadable(attacker, () => setColumn(suite.database, victim, 'sid', sidOf(attacker)))
  })

  test('a row whose creation was dated otherwise is no session', async () => {
    for (const shift of [1, -1, 3_600_000]) {
      const id = newId()
      await save(suite.store, id, newSession({ userId: 'ada' }))
      const { createdAt } = await storedRow(suite.database, id)
      await isUnreadable(id, () => setColumn(suite.database, id, 'created_at', createdAt + shift))
    }
  })

  test('a creation date that is no date of ours is an unreadable row and not a fault', async () => {
    // SQLite stores what it is given, whatever the type of the column.
    const anything = target.dialect === 'sqlite' ? ['soon', 1.5, Buffer.from('bytes')] : []
    for (const createdAt of [-1, '9223372036854775807', ...anything]) {
      const id = newId()
      await save(suite.store, id, newSession({ userId: 'ada' }))
      await isUnreadable(id, () => setColumn(suite.database, id, 'created_at', createdAt), { absoluteTimeout: false })
    }
  })

  test('a payload that another serializer made is no session', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ userId: 'ada', n: 1 }))
    assert.equal(await isUnreadable(id, async () => {}, { serializer: 'json' }), 'not decodable')
  })

  test('an unreadable row does not disturb those that are read with it', async () => {
    await othersAreRead(suite)
  })

  test('a session that became unreadable before its save ends without a write', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ n: 1 }))
    const [one, other] = [await loaded(suite.store, id), await loaded(suite.store, id)]
    one.n = 2
    await save(suite.store, id, one)
    const { data } = await storedRow(suite.database, id)
    await setColumn(suite.database, id, 'data', flipped(data, 30))
    const damaged = await storedRow(suite.database, id)
    other.n = 3
    await save(suite.store, id, other)
    assert.deepEqual(await storedRow(suite.database, id), damaged)
  })
})

async function othersAreRead({ store, database }: OpenStores): Promise<void> {
  const ids = Array.from({ length: 12 }, newId)
  for (const id of ids) await save(store, id, newSession({ id }))
  const broken = ids.filter((_, index) => index % 3 === 0)
  for (const id of broken) await setColumn(database, id, 'data', Buffer.from('not a payload at all, whatever it is'))
  const events = unreadableOf(store)
  const sessions = await Promise.all(ids.map((id) => load(store, id)))
  assert.deepEqual(
    sessions.map((session) => session?.id),
    ids.map((id) => (broken.includes(id) ? undefined : id)),
  )
  assert.equal(events.length, broken.length)
}
