import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import type { SessionDatabase, SessionListing } from '../../../src/database/contract/session-database.ts'
import { openDatabase } from '../../../src/database/open.ts'
import type { RevokeFilter, StoredSessionStore } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { insertMany } from '../../support/many-rows.ts'
import { allRows, handleOf, storedRow } from '../../support/rows.ts'
import { destroy, load, loaded, newSession, save } from '../../support/sessions.ts'
import { newId, storesOn } from '../../support/stores.ts'
import { userIdOf } from '../../support/user-id.ts'

const INVALID = 'FST_STORED_SESSION_INVALID_OPTIONS'

forEachDatabase((target) => {
  const suite = storesOn(target, { user: userIdOf })

  const opened: SessionDatabase[] = []
  after(() => Promise.all(opened.map((database) => database.close())))
  beforeEach(() => suite.database.query('DELETE FROM stored_sessions'))

  async function saveFor(...users: string[]): Promise<string[]> {
    const ids = users.map(newId)
    for (const [index, id] of ids.entries()) await save(suite.store, id, newSession({ userId: users[index] }))
    return ids
  }

  /** A storage of the application's own that notes how many rows each statement over many ends. */
  async function noting(batches: number[]): Promise<SessionDatabase> {
    const database = await openDatabase(target.dialect, suite.database.url, 'stored_sessions')
    opened.push(database)
    const endAll: SessionListing['endAll'] = async (filter, end) => {
      const ended = await database.listing!.endAll(filter, end)
      batches.push(ended)
      return ended
    }
    return { ...database, listing: { ...database.listing!, endAll } }
  }

  /** Which of these are over, after a revocation that was rehearsed first. */
  async function revokedOf(ids: string[], filter: RevokeFilter): Promise<number[]> {
    const before = await allRows(suite.database)
    const rehearsal = await suite.store.revoke({ ...filter, dryRun: true })
    assert.deepEqual(await allRows(suite.database), before, 'a rehearsal changes nothing')
    assert.deepEqual(await suite.store.revoke(filter), rehearsal)
    const sessions = await Promise.all(ids.map((id) => load(suite.store, id)))
    const over = [...sessions.keys()].filter((index) => sessions[index] === null)
    assert.equal(rehearsal.revoked, over.length)
    for (const index of over) {
      const { data, userId, endReason } = await storedRow(suite.database, ids[index]!)
      assert.deepEqual([data.length, userId, endReason], [0, null, 'revoked'])
    }
    assert.deepEqual(await suite.store.revoke(filter), { revoked: 0 })
    return over
  }

  test('a user is signed out everywhere', async () => {
    assert.deepEqual(await revokedOf(await saveFor('ada', 'grace', 'ada'), { user: 'ada' }), [0, 2])
  })

  test('a user is signed out everywhere else', async () => {
    const ids = await saveFor('ada', 'grace', 'ada', 'ada')
    assert.deepEqual(await revokedOf(ids, { user: 'ada', except: handleOf(ids[2]!) }), [0, 3])
  })

  test('one session is ended by its handle', async () => {
    const ids = await saveFor('ada', 'ada')
    assert.deepEqual(await revokedOf(ids, { handle: handleOf(ids[1]!) }), [1])
    assert.deepEqual(await suite.store.revoke({ handle: handleOf(newId()) }), { revoked: 0 })
  })

  test("a handle beside a user ends the session only if it is that user's", async () => {
    const ids = await saveFor('ada', 'grace')
    assert.deepEqual(await revokedOf(ids, { user: 'ada', handle: handleOf(ids[1]!) }), [])
    assert.deepEqual(await revokedOf(ids, { user: 'grace', handle: handleOf(ids[1]!) }), [1])
  })

  test('sessions that were created before a date are ended, of a user or of everybody', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
    const old = await saveFor('ada', 'grace', 'ada')
    t.mock.timers.setTime(Date.now() + 1_000)
    const before = new Date()
    const ids = [...old, ...(await saveFor('ada'))]
    assert.deepEqual(await revokedOf(ids, { user: 'ada', before, except: handleOf(ids[0]!) }), [2])
    assert.deepEqual(
      await revokedOf(
        ids.filter((_, index) => index !== 2),
        { before },
      ),
      [0, 1],
    )
  })

  test('all sessions are ended in an incident, but one if so wished, and nothing else is touched', async () => {
    const ids = await saveFor('ada', 'grace', 'ada')
    await save(suite.store, ids[0]!, Object.assign(await loaded(suite.store, ids[0]!), { n: 1 }))
    const left = newId()
    await save(suite.store, left, newSession())
    await destroy(suite.store, left)
    const tombstone = await storedRow(suite.database, left)
    assert.deepEqual(await revokedOf(ids, { all: true, except: handleOf(ids[1]!) }), [0, 2])
    assert.deepEqual(await revokedOf(ids.slice(1, 2), { all: true }), [0])
    assert.deepEqual(await storedRow(suite.database, left), tombstone)
    const again = newId()
    await save(suite.store, again, newSession({ userId: 'ada' }))
    assert.equal((await loaded(suite.store, again)).userId, 'ada')
  })

  test('sessions past a deadline are ended too, so that no longer timeout brings them back', async (t) => {
    const [id] = await saveFor('ada')
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 3 * 3_600_000 })
    assert.deepEqual(await suite.store.revoke({ all: true }), { revoked: 1 })
    assert.equal((await storedRow(suite.database, id!)).endReason, 'revoked')
  })

  test('thousands are ended in batches, of one moment or of many', async () => {
    const now = Date.now()
    const batches: number[] = []
    const store = await suite.another({ database: await noting(batches), migrate: false })
    for (const createdAt of [`${now} - i`, `${now}`, `${now} - i % 3`]) {
      await insertMany(suite.database, { count: 1_700, createdAt })
    }
    const filter = { all: true, except: handleOf(newId()) } as const
    assert.deepEqual(await store.revoke({ ...filter, dryRun: true }), { revoked: 5_100 })
    assert.deepEqual(batches, [])
    assert.deepEqual(await store.revoke({ before: new Date(now - 1_000) }), { revoked: 699 })
    assert.deepEqual(batches.splice(0), [500, 0, 199, 0])
    assert.deepEqual(await store.revoke(filter), { revoked: 4_401 })
    // What was created in one moment is ended in one batch.
    assert.ok(
      batches.every((count) => count <= 500 + 1_700 + 567),
      String(batches),
    )
    const rows = await allRows(suite.database)
    assert.equal(rows.filter(({ endReason, data }) => endReason === 'revoked' && data.length === 0).length, 5_100)
  })

  test('what names nobody, or contradicts itself, is refused by name, and ends nothing', async () => {
    const [id] = await saveFor('ada')
    const handle = handleOf(id!)
    const wrong: [unknown, RegExp][] = [
      [undefined, /revoke\(\) takes an object/],
      ['ada', /revoke\(\) takes an object/],
      [{}, /needs user, handle or before, or all: true/],
      [{ except: handle }, /needs user, handle or before, or all: true/],
      [{ dryRun: true }, /needs user, handle or before, or all: true/],
      [{ user: undefined, before: new Date() }, /user is undefined; set a value/],
      [{ user: 'ada', except: undefined }, /except is undefined/],
      [{ all: false }, /all must be true/],
      [{ all: true, user: 'ada' }, /all cannot be combined with user/],
      [{ handle, except: handle }, /handle names one session/],
      [{ before: Date.now() }, /before must be a Date/],
      [{ user: 'ada', dryrun: true }, /dryrun is not an option; did you mean dryRun\?/],
      [{ user: 'ada', dryRun: 'yes' }, /dryRun must be true or false/],
    ]
    for (const [filter, message] of wrong) {
      await assert.rejects(suite.store.revoke(filter as RevokeFilter), { code: INVALID, message }, String(message))
    }
    for (const sid of ['', id!, handle.slice(3), handle.toUpperCase(), `${handle} `, [handle]]) {
      for (const filter of [{ handle: sid }, { user: 'ada', except: sid }]) {
        await assert.rejects(suite.store.revoke(filter as RevokeFilter), {
          code: 'FST_STORED_SESSION_INVALID_HANDLE',
          statusCode: 400,
        })
      }
    }
    assert.equal((await loaded(suite.store, id!)).userId, 'ada')
  })

  test('a handle is that of a live session, and nothing else has one', async () => {
    const id = newId()
    assert.equal(suite.store.handle({ sessionId: id }), handleOf(id))
    for (const session of [null, undefined, {}, id]) {
      assert.throws(() => suite.store.handle(session as never), { code: 'FST_STORED_SESSION_INVALID_HANDLE' })
    }
  })

  test("a storage of the application's own ends users and single sessions without a listing, and says what more needs", async () => {
    const { listing, ...database } = await openDatabase(target.dialect, suite.database.url, 'stored_sessions')
    const store: StoredSessionStore = await suite.another({ database, migrate: false })
    const [one] = await saveFor('ada', 'grace')
    assert.deepEqual(await store.revoke({ handle: handleOf(one!) }), { revoked: 1 })
    assert.deepEqual(await store.revoke({ user: 'grace' }), { revoked: 1 })
    const calls = [() => store.list(), () => store.count(), () => store.stats(), () => store.revoke({ all: true })]
    for (const call of calls) {
      await assert.rejects(call, { code: INVALID, message: /has no listing/ })
    }
    await database.close()
  })
})
