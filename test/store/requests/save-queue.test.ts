import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { StoredSessionStore } from '../../../src/index.ts'
import { forEachDatabase, type TestDatabase } from '../../harness/databases.ts'
import { type GatedDatabase, gatedDatabase } from '../../support/gated-database.ts'
import { allRows, storedRow } from '../../support/rows.ts'
import { contentOf, loaded, newSession, save } from '../../support/sessions.ts'
import { newId, secret } from '../../support/stores.ts'

const PATIENCE_MS = 400
const MOST_WAITING = 1_000
const unavailable = { code: 'FST_STORED_SESSION_UNAVAILABLE' }

/** Saves of one session that have to wait for each other. */
forEachDatabase((target) => {
  let database: TestDatabase
  let gated: GatedDatabase
  let slow: StoredSessionStore
  let usual: StoredSessionStore
  let other: StoredSessionStore
  const conflicts: string[][] = []

  before(async () => {
    database = await target.create()
    gated = await gatedDatabase(database)
    const options = { secret, trim: false as const, user: (session: Record<string, unknown>) => session.user as string }
    slow = new StoredSessionStore({
      ...options,
      database: gated.database,
      migrate: true,
      operationTimeout: PATIENCE_MS,
    })
    await slow.ready()
    other = new StoredSessionStore({ ...options, database: database.url })
    await other.ready()
    usual = new StoredSessionStore({ ...options, database: gated.database, operationTimeout: 20_000 })
    await usual.ready()
    usual.events.on('conflict', ({ keys }) => conflicts.push(keys))
  })
  beforeEach(async () => {
    conflicts.length = 0
    await database.query('DELETE FROM stored_sessions')
  })
  after(async () => {
    await slow.close()
    await usual.close()
    await other.close()
    await gated.close()
    await database.drop()
  })

  async function stored(content: Record<string, unknown> = {}): Promise<string> {
    const id = newId()
    await save(other, id, newSession(content))
    return id
  }

  const withKey = async (id: string, key: string, value: unknown = 1) =>
    Object.assign(await loaded(usual, id), { [key]: value })

  test('saves that wait for the same session are merged, and written together', async () => {
    const id = await stored({ base: 1 })
    const sessions = []
    for (let n = 0; n < 100; n++) sessions.push(await withKey(id, `k${n}`, n))
    await Promise.all(sessions.map((session) => save(usual, id, session)))
    const content = contentOf(await loaded(other, id))
    assert.deepEqual(content, Object.fromEntries([['base', 1], ...sessions.map((_, n) => [`k${n}`, n])]))
    assert.equal((await storedRow(database, id)).version, 3, 'one that is there at once, and one for all behind it')
    assert.deepEqual(conflicts, [])
    for (const session of sessions.slice(1)) assert.deepEqual(contentOf(session), content)
  })

  test('several saves of one live session keep its last state', async () => {
    const id = await stored()
    const session = await withKey(id, 'n', 0)
    const saves = []
    for (let n = 1; n <= 5; n++) {
      session.n = n
      saves.push(save(usual, id, session))
    }
    await Promise.all(saves)
    assert.equal((await loaded(other, id)).n, 5)
  })

  test('what one of them did wrong is not the failure of the others', async () => {
    const id = await stored()
    const [first, large, last] = [await withKey(id, 'a'), await withKey(id, 'b'), await withKey(id, 'c')]
    const half = 'x'.repeat(600 * 1024)
    const [one, two, three] = [Object.assign(first, { half }), Object.assign(large, { otherHalf: half }), last]
    const settled = await Promise.allSettled([one, two, three].map((session) => save(usual, id, session)))
    assert.deepEqual(
      settled.map((result) => (result.status === 'rejected' ? result.reason.code : 'stored')),
      ['stored', 'FST_STORED_SESSION_TOO_LARGE', 'stored'],
    )
    const { a, b, c } = await loaded(other, id)
    assert.deepEqual([a, b, c], [1, undefined, 1])
  })

  test('a save that was answered 503 while it waited is not executed later', async () => {
    const id = await stored()
    const [first, waiting, quiet] = [await withKey(id, 'a'), await withKey(id, 'b'), await withKey(id, 'c')]
    const held = gated.hold('update', 'before')
    const saves = [save(slow, id, first), save(slow, id, waiting)]
    await held.arrived
    for (const one of saves) await assert.rejects(one, unavailable)
    held.release()
    await save(slow, id, quiet)
    const { b, c } = await loaded(other, id)
    assert.deepEqual([b, c], [undefined, 1])
  })

  test('no save of a slow database that was answered 503 overwrites one that was acknowledged later', async () => {
    const id = await stored()
    const sessions = []
    for (let n = 0; n < 12; n++) sessions.push(await withKey(id, 'n', n))
    const { update } = gated.database
    gated.database.update = async (change) => {
      await sleep(PATIENCE_MS / 3)
      return update(change)
    }
    await Promise.allSettled(sessions.map((session) => save(slow, id, session)))
    const session = await loaded(other, id)
    session.n = 'acknowledged'
    await save(other, id, session)
    // A save of its own comes behind everything that still waits.
    for (let tries = 0; ; tries++) {
      if (
        await save(slow, id, await withKey(id, 'end')).then(
          () => true,
          () => false,
        )
      )
        break
      assert.ok(tries < 20)
    }
    gated.database.update = update
    assert.equal((await loaded(other, id)).n, 'acknowledged')
  })

  test('no more saves of one session wait than could be merged, and others are served meanwhile', async () => {
    const [id, another] = [await stored(), await stored()]
    const base = await loaded(usual, id)
    const held = gated.hold('update', 'before')
    const first = save(usual, id, await withKey(id, 'first'))
    await held.arrived
    const copies = Array.from({ length: MOST_WAITING + 50 }, (_, n) => ({ ...base, [`k${n}`]: n }))
    const settling = Promise.allSettled(copies.map((copy) => save(usual, id, copy)))
    await save(usual, another, await withKey(another, 'n'))
    held.release()
    await first
    const refused = (await settling).filter(({ status }) => status === 'rejected')
    assert.equal(refused.length, 50)
    for (const { reason } of refused as PromiseRejectedResult[])
      assert.equal(reason.code, 'FST_STORED_SESSION_OVERLOADED')
    assert.equal((await allRows(database)).length, 2)
    assert.equal((await loaded(other, id)).k0, 0)
  })
})
