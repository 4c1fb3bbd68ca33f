import assert from 'node:assert/strict'
import { afterEach, mock, test } from 'node:test'
import { Packr } from 'msgpackr'
import { StoredSessionStore as Store, type StoredSessionStore, staticKeys } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { importRow } from '../importing/imported-rows.ts'
import { namedKey } from '../keys/named-key.ts'
import { openApp } from '../support/app.ts'
import { logTo } from '../support/log-lines.ts'
import { handleOf, setColumn, storedRow } from '../support/rows.ts'
import { contentOf, load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret, storesOn } from '../support/stores.ts'

const DAY = 86_400_000
const json = (session: object) => Buffer.from(JSON.stringify(session))
const msgpack = (session: object) => new Packr({ structuredClone: true }).pack(session)

function countsOf(store: StoredSessionStore) {
  const counts = { unencrypted: [] as string[], unreadable: [] as string[] }
  store.events.on('unencrypted', ({ sid }) => counts.unencrypted.push(sid))
  store.events.on('unreadable', ({ reason }) => counts.unreadable.push(reason))
  return counts
}

/** What stands in imported tables and must not become a session, nor a fault. */
const NO_SESSIONS: Record<string, Buffer> = {
  'no JSON': Buffer.from('{"cookie":'),
  'a list': json([{ cookie: {} }]),
  'a number': json(7 as never),
  null: json(null as never),
  'text in another encoding': Buffer.from([0xff, 0xfe, 0x7b, 0x00]),
  'the name __proto__': Buffer.from('{"cookie":{},"__proto__":{"admin":true}}'),
  'the name __proto__ inside': Buffer.from('{"cookie":{},"a":{"__proto__":{"admin":true}}}'),
  'the name constructor': json({ cookie: {}, constructor: { prototype: { admin: true } } }),
  'the names of session methods': json({ cookie: {}, save: 1, touch: 2, destroy: 3 }),
  'half of a surrogate pair': Buffer.from('{"cookie":{},"a":"\\ud800"}'),
  'a depth without end': Buffer.from(`{"cookie":{},"a":${'['.repeat(600)}${']'.repeat(600)}}`),
  'msgpack cut off': msgpack({ cookie: {}, list: [1, 2, 3] }).subarray(0, -2),
}

forEachDatabase((target) => {
  const suite = storesOn(target)
  afterEach(() => mock.timers.reset())

  const accepting = (options = {}) =>
    suite.another({ acceptUnencrypted: { until: new Date(Date.now() + 30 * DAY) }, ...options })

  for (const [name, write] of Object.entries({ json, msgpack })) {
    test(`a ${name} row of another store is read and counted, and sealed by its next save`, async () => {
      const store = await accepting()
      const counts = countsOf(store)
      const id = newId()
      const cookie = { originalMaxAge: 3_600_000, expires: new Date(Date.now() + 3_600_000).toISOString(), path: '/' }
      await importRow(suite.database, id, write({ cookie, userId: 'ada', cart: [{ n: 1 }] }))
      const session = await loaded(store, id)
      assert.deepEqual(contentOf(session), { userId: 'ada', cart: [{ n: 1 }] })
      assert.equal(session.cookie.originalMaxAge, 3_600_000)
      assert.deepEqual(counts.unencrypted, [handleOf(id)])
      session.n = 1
      await save(store, id, session)
      assert.equal((await storedRow(suite.database, id)).data[0], 1)
      assert.equal((await loaded(suite.store, id)).userId, 'ada')
      assert.deepEqual(counts, { unencrypted: counts.unencrypted.slice(0, 1), unreadable: [] })
    })
  }

  test('an expiry in the cookie holds, as ISO text, as a number and as a Date', async () => {
    const store = await accepting()
    const counts = countsOf(store)
    const until = Date.now() + 600_000
    for (const data of [
      json({ cookie: { expires: new Date(until).toISOString() }, n: 1 }),
      json({ cookie: { originalMaxAge: null, expires: until }, n: 1 }),
      msgpack({ cookie: { expires: new Date(until) }, n: 1 }),
    ]) {
      const id = newId()
      await importRow(suite.database, id, data)
      assert.equal((await loaded(store, id)).cookie.expires?.getTime(), until)
      mock.timers.enable({ apis: ['Date'], now: until + 1 })
      assert.equal(await load(store, id), null)
      mock.timers.reset()
    }
    assert.equal(counts.unencrypted.length, 3, 'what is over is not taken for a session')
  })

  test('a row without a cookie, or with an odd one, lives as long as the configuration says', async () => {
    const store = await accepting()
    const cookies = [undefined, null, 'text', [], { expires: 'soon' }, { originalMaxAge: -1 }, { expires: null }]
    for (const cookie of cookies) {
      const id = newId()
      await importRow(suite.database, id, json({ cookie, n: 1 }))
      const session = await loaded(store, id)
      assert.deepEqual([session.n, session.cookie.originalMaxAge, session.cookie.expires], [1, null, null])
    }
  })

  test('a row that is no session is unreadable at each read, and no fault', async () => {
    for (const serializer of ['msgpack', 'json', 'hybrid'] as const) {
      const store = await accepting({ serializer })
      const counts = countsOf(store)
      for (const data of Object.values(NO_SESSIONS)) {
        const id = newId()
        await importRow(suite.database, id, data)
        assert.equal(await load(store, id), null)
      }
      const unreadable = Object.keys(NO_SESSIONS).map(() => 'not decodable')
      assert.deepEqual(counts, { unencrypted: [], unreadable })
    }
    assert.equal(({} as Record<string, unknown>).admin, undefined)
  })

  test('the mode ends by its date, in a process that runs on', async () => {
    const store = await accepting()
    const counts = countsOf(store)
    const id = newId()
    await importRow(suite.database, id, json({ cookie: {}, n: 1 }), { lives: 90 * DAY })
    assert.equal((await loaded(store, id)).n, 1)
    mock.timers.enable({ apis: ['Date'], now: Date.now() + 30 * DAY })
    const late = await suite.another({ acceptUnencrypted: { until: new Date() }, absoluteTimeout: false })
    for (const one of [store, late]) assert.equal(await load(one, id), null)
    assert.equal(counts.unencrypted.length, 1)
  })

  test('without the mode such a row is unreadable', async () => {
    const counts = countsOf(suite.store)
    const id = newId()
    await importRow(suite.database, id, json({ cookie: {}, n: 1 }))
    assert.equal(await load(suite.store, id), null)
    assert.deepEqual(counts, { unencrypted: [], unreadable: ['malformed'] })
  })

  test('a sealed row that was tampered with is never taken for an imported one', async () => {
    const store = await accepting()
    const id = newId()
    await save(store, id, newSession({ userId: 'ada' }))
    const { data } = await storedRow(suite.database, id)
    for (let bit = 0; bit < data.length * 8; bit += bit < 8 ? 1 : 31) {
      const tampered = Buffer.from(data)
      tampered[bit >> 3]! ^= 1 << (bit & 7)
      await setColumn(suite.database, id, 'data', tampered)
      assert.equal(await load(store, id), null, `bit ${bit}`)
    }
  })

  test('reencryption seals imported rows as long as the mode is on', async () => {
    const keys = staticKeys([namedKey('new')])
    const ids = Array.from({ length: 5 }, newId)
    for (const [n, id] of ids.entries()) await importRow(suite.database, id, json({ cookie: {}, n }))
    const store = await accepting({ keys, table: 'stored_sessions' })
    const counts = countsOf(store)
    const { reencrypted, unreadable } = await store.reencrypt()
    assert.ok(reencrypted >= ids.length && unreadable > 0)
    assert.deepEqual([counts.unencrypted.length, counts.unreadable.length], [reencrypted, unreadable])
    const without = await suite.another({ keys })
    for (const [n, id] of ids.entries()) assert.equal((await loaded(without, id)).n, n)
  })
})

test('acceptUnencrypted without a date is refused: the mode must end by itself', () => {
  for (const accept of [true, {}, { until: 'tomorrow' }, { until: new Date(Number.NaN) }, null, { until: 1e15 }]) {
    assert.throws(() => new Store({ database: 'sqlite::memory:', secret, acceptUnencrypted: accept as never }), {
      code: 'FST_STORED_SESSION_INVALID_OPTIONS',
      message: /acceptUnencrypted must be \{ until: Date \}/,
    })
  }
})

test('acceptUnencrypted for more than 30 days is refused at start, with the bound and what to do', async () => {
  for (const ahead of [30 * DAY + 60_000, Date.parse('9999-12-31') - Date.now()]) {
    const acceptUnencrypted = { until: new Date(Date.now() + ahead) }
    await assert.rejects(openApp('sqlite::memory:', { options: { acceptUnencrypted } }), {
      code: 'FST_STORED_SESSION_INVALID_OPTIONS',
      message: /acceptUnencrypted\.until must be at most 30 days ahead: .*; set a date within 30 days$/,
    })
  }
})

test('every start is warned of in the log while the mode is on, with its date, and none else', async () => {
  const linesOf = async (acceptUnencrypted?: { until: Date }) => {
    const lines: Record<string, unknown>[] = []
    const app = await openApp('sqlite::memory:', {
      options: acceptUnencrypted ? { acceptUnencrypted } : {},
      server: logTo((line) => void lines.push(line)),
    })
    await app.close()
    return lines.filter(({ plugin }) => plugin === 'stored-session')
  }
  const until = new Date(Date.now() + DAY)
  for (let start = 0; start < 2; start++) {
    const [line, ...more] = await linesOf({ until })
    assert.deepEqual([line?.level, line?.until, more], [40, until.toISOString(), []])
    assert.match(String(line?.msg), /acceptUnencrypted is on.* can make sessions of any user.*[Rr]emove the option/)
  }
  assert.deepEqual(await linesOf({ until: new Date(Date.now() - 1) }), [])
  assert.deepEqual(await linesOf(), [])
})
