import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import type { ListedSession, ListOptions, StoredSessionStore } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { handleOf, setColumn, storedRow } from '../../support/rows.ts'
import { destroy, load, loaded, newSession, save } from '../../support/sessions.ts'
import { newId, storesOn } from '../../support/stores.ts'
import { until } from '../../support/until.ts'
import { userIdOf } from '../../support/user-id.ts'

const HOUR = 3_600_000
const START = 1_732_104_000_000

const handlesOf = (sessions: readonly ListedSession[]) => sessions.map(({ handle }) => handle)

/** All pages of a list, one behind the other. */
async function pagesOf(store: StoredSessionStore, options: ListOptions): Promise<ListedSession[][]> {
  const pages: ListedSession[][] = []
  for (let cursor: string | undefined; ; ) {
    const { sessions, next } = await store.list({ ...options, cursor })
    pages.push(sessions)
    if (next === undefined) return pages
    cursor = next
  }
}

forEachDatabase((target) => {
  const suite = storesOn(target, {
    user: userIdOf,
    idleTimeout: '2h',
    absoluteTimeout: '4h',
  })

  beforeEach(() => mock.timers.enable({ apis: ['Date'], now: START }))
  afterEach(async () => {
    mock.timers.reset()
    await suite.database.query('DELETE FROM stored_sessions')
  })

  const pass = (ms: number) => mock.timers.setTime(Date.now() + ms)

  /** Stores new sessions, one a second. */
  async function saveMany(count: number, content: Record<string, unknown> = { userId: 'ada' }): Promise<string[]> {
    const ids = Array.from({ length: count }, newId)
    for (const id of ids) {
      await save(suite.store, id, newSession(content))
      pass(1_000)
    }
    return ids
  }

  /** Sessions in every state: live, left, revoked, idle, and as old as can be. */
  async function saveEveryState() {
    const ids = { absolute: newId(), idle: newId(), destroyed: newId(), revoked: newId(), live: newId() }
    await save(suite.store, ids.absolute, newSession({ userId: 'ada' }, 24 * HOUR))
    pass(2 * HOUR)
    for (const id of [ids.idle, ids.destroyed, ids.revoked]) {
      await save(suite.store, id, newSession({ userId: 'ada' }))
      pass(1)
    }
    await destroy(suite.store, ids.destroyed)
    await suite.store.revoke({ handle: handleOf(ids.revoked) })
    pass(2 * HOUR)
    await save(suite.store, ids.live, newSession({ userId: 'ada' }))
    return ids
  }

  test('a session is listed by what stands beside its content, and by no more', async () => {
    const [id] = await saveMany(1, { userId: 'ada', note: 'planted' })
    pass(2 * 60_000)
    await load(suite.store, id!)
    await until('it is touched', async () => (await storedRow(suite.database, id!)).touchedAt === Date.now())
    const other = await suite.another()
    const { sessions, next } = await other.list()
    const { data } = await storedRow(suite.database, id!)
    assert.equal(next, undefined)
    assert.deepEqual(sessions, [
      {
        handle: handleOf(id!),
        user: 'ada',
        createdAt: new Date(START),
        touchedAt: new Date(),
        expiresAt: new Date(Date.now() + 2 * HOUR),
        state: 'live',
        endReason: undefined,
        bytes: data.length,
      },
    ])
  })

  test('the newest come first, page by page, each session once', async () => {
    const ids = await saveMany(7)
    const newestFirst = ids.toReversed().map(handleOf)
    for (const limit of [1, 2, 3, 6, 7, 8, 1_000]) {
      const pages = await pagesOf(suite.store, { limit })
      assert.deepEqual(pages.flatMap(handlesOf), newestFirst)
      assert.equal(pages.length, Math.ceil(7 / limit))
    }
  })

  test('sessions of one moment come in the order of their handles, on whatever page', async () => {
    const ids = Array.from({ length: 20 }, newId)
    await Promise.all(ids.map((id) => save(suite.store, id, newSession({ n: 1 }))))
    const pages = await pagesOf(suite.store, { limit: 3 })
    assert.deepEqual(pages.flatMap(handlesOf), ids.map(handleOf).toSorted().toReversed())
  })

  test('sessions that come, change and end between two pages move no other', async () => {
    const ids = await saveMany(6)
    const first = await suite.store.list({ limit: 3 })
    await saveMany(2)
    await destroy(suite.store, ids[4]!)
    const session = await loaded(suite.store, ids[1]!)
    session.n = 1
    await save(suite.store, ids[1]!, session)
    const second = await suite.store.list({ limit: 3, cursor: first.next })
    assert.deepEqual(handlesOf([...first.sessions, ...second.sessions]), ids.toReversed().map(handleOf))
    assert.equal(second.next, undefined)
  })

  test('a page has 50 sessions unless told otherwise', async () => {
    const ids = Array.from({ length: 51 }, newId)
    await Promise.all(ids.map((id) => save(suite.store, id, newSession({ n: 1 }))))
    const pages = await pagesOf(suite.store, {})
    assert.deepEqual(
      pages.map(({ length }) => length),
      [50, 1],
    )
  })

  test('every state has its reason, which is what reading the session says', async () => {
    const ids = await saveEveryState()
    const { sessions } = await suite.store.list()
    const listed = new Map(sessions.map(({ handle, state, endReason }) => [handle, { state, endReason }]))
    assert.equal(listed.size, 5)
    for (const [name, id] of Object.entries(ids)) {
      const endReason = name === 'live' ? undefined : name
      const state = name === 'live' ? 'live' : ['idle', 'absolute'].includes(name) ? 'expired' : 'ended'
      assert.deepEqual(listed.get(handleOf(id)), { state, endReason })
      assert.equal(await reasonOf(suite.store, id), endReason)
    }
  })

  test('a session past its absolute timeout is listed with that as its end, whatever its row says', async () => {
    const [id] = await saveMany(1)
    await setColumn(suite.database, id!, 'expires_at', Number.MAX_SAFE_INTEGER)
    const strict = await suite.another({ absoluteTimeout: '1h', idleTimeout: '30m' })
    const endless = await suite.another({ absoluteTimeout: false })
    pass(HOUR)
    const listed = async (store: StoredSessionStore) => (await store.list()).sessions[0]!
    assert.deepEqual((await listed(strict)).expiresAt, new Date(START + HOUR))
    assert.equal((await listed(strict)).endReason, 'absolute')
    assert.equal(await strict.count({ state: 'expired' }), 1)
    assert.equal((await listed(endless)).state, 'live')
    assert.ok(Number.isFinite((await listed(endless)).expiresAt.getTime()))
    assert.deepEqual([await endless.count({ state: 'expired' }), await endless.count({ state: 'live' })], [0, 1])
  })

  test('lists and counts are those of a user, a state, an age and a last use', async () => {
    const ids = await saveEveryState()
    const graces = await saveMany(1, { userId: 'grace' })
    const nobodys = await saveMany(1, { n: 1 })
    const middle = new Date(START + 2 * HOUR)
    const recent = new Date(START + 4 * HOUR)
    const { absolute, idle, destroyed, revoked, live } = ids
    const late = [live, ...graces, ...nobodys]
    const cases: [ListOptions, string[]][] = [
      [{}, [...Object.values(ids), ...graces, ...nobodys]],
      [{ user: 'ada' }, [absolute, idle, live]],
      [{ user: 'ada', state: 'live' }, [live]],
      [{ user: 'grace' }, graces],
      [{ user: 'Ada' }, []],
      [{ user: 'ada ' }, []],
      [{ user: "ada' OR '1'='1" }, []],
      [{ state: 'live' }, late],
      [{ state: 'ended' }, [destroyed, revoked]],
      [{ state: 'expired' }, [absolute, idle]],
      [{ createdBefore: middle }, [absolute]],
      [{ createdAfter: middle }, [idle, destroyed, revoked, ...late]],
      [{ createdAfter: middle, createdBefore: recent }, [idle, destroyed, revoked]],
      [{ touchedAfter: recent }, late],
      [{ touchedBefore: recent, user: 'ada' }, [absolute, idle]],
      [{ touchedAfter: middle, touchedBefore: middle }, []],
    ]
    for (const [filter, expected] of cases) {
      const listed = (await pagesOf(suite.store, { ...filter, limit: 2 })).flatMap(handlesOf)
      assert.deepEqual(listed.toSorted(), expected.map(handleOf).toSorted(), JSON.stringify(filter))
      assert.equal(await suite.store.count(filter as object), expected.length)
    }
  })

  test('what cannot be listed is refused by name, before any statement', async () => {
    const wrong: [unknown, RegExp][] = [
      ['ada', /list\(\) takes an object/],
      [null, /list\(\) takes an object/],
      [{ users: 'ada' }, /users is not an option; did you mean user\?/],
      [{ user: undefined }, /user is undefined; set a value, or omit the name/],
      [{ user: '' }, /user must be a user id/],
      [{ user: ['ada'] }, /user must be a user id/],
      [{ state: 'dead' }, /state must be "live", "ended" or "expired"/],
      [{ state: 'toString' }, /state must be/],
      [{ user: 'ada', state: 'ended' }, /user cannot be combined with state "ended"/],
      [{ createdAfter: START }, /createdAfter must be a Date/],
      [{ touchedBefore: new Date(Number.NaN) }, /touchedBefore must be a Date/],
      [
        { limit: 0, createdBefore: 'now' },
        /limit must be a whole number from 1 to 1000, not 0\n- createdBefore must be a Date/,
      ],
      [{ limit: 1_001 }, /limit must be a whole number from 1 to 1000/],
      [{ limit: '50; DROP TABLE stored_sessions' }, /limit must be a whole number/],
    ]
    for (const [options, message] of wrong) {
      await assert.rejects(suite.store.list(options as never), { code: 'FST_STORED_SESSION_INVALID_OPTIONS', message })
    }
    await assert.rejects(suite.store.count({ limit: 1 } as never), /limit is not an option/)
    await assert.rejects(suite.store.count('ada' as never), /count\(\) takes an object/)
  })

  test('a fault of the database is a 503 that tells nothing, at every call', async () => {
    const store = await suite.another({ table: 'other_sessions' })
    await store.list()
    await suite.database.query('DROP TABLE other_sessions')
    const fault = { code: 'FST_STORED_SESSION_UNAVAILABLE', statusCode: 503 }
    const before = new Date()
    const calls = [() => store.list(), () => store.count(), () => store.stats(), () => store.revoke({ before })]
    for (const call of calls) {
      await assert.rejects(call, (error: Error) => {
        assert.doesNotMatch(error.message, /other_sessions|select|update/i)
        assert.deepEqual({ ...error, ...fault }, { ...error })
        return true
      })
    }
  })

  test('a cursor that no page gave is refused as the fault of whoever sent it', async () => {
    await saveMany(2)
    const { next } = await suite.store.list({ limit: 1 })
    assert.match(next!, /^[\w-]{54}$/)
    for (const cursor of ['', 'x', `${next}A`, next!.slice(1), `/${next!.slice(1)}`, `_${next!.slice(1)}`, 7, {}]) {
      await assert.rejects(suite.store.list({ cursor: cursor as string }), {
        code: 'FST_STORED_SESSION_INVALID_HANDLE',
        statusCode: 400,
        message: /cursor must be the `next` of a previous page; pass it unchanged, with the same filter/,
      })
    }
  })
})

/** Why reading says that there is no session. */
function reasonOf(store: StoredSessionStore, id: string): Promise<string | undefined> {
  return new Promise((resolve) => store.get(id, () => resolve(store.endReason)))
}
