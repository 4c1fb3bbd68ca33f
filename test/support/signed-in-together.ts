import assert from 'node:assert/strict'
import type { StoredSessionStore } from '../../src/index.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { allRows } from './rows.ts'
import { contentOf, destroy, load, loaded, newSession, save, type TestSession } from './sessions.ts'
import { newId } from './stores.ts'

/** Users that a conversion of text would change, and a visitor who has none. */
const USERS = ['ada', undefined, 'NULL', 'back\\slash "quoted"', "o'hara", 'zoë €', undefined]

/** Saves sessions of users and visitors at one moment, changes them at one moment, and expects to find each as it is. */
export async function assertKeepsSessions(store: StoredSessionStore, users = USERS): Promise<void> {
  const own = users.map((userId) => userId && `${userId} ${newId()}`)
  const content = own.map((userId, n) => ({ ...(userId && { userId }), n, text: 'é€🔑\\', map: new Map([[n, n]]) }))
  const ids = own.map(newId)
  await Promise.all(ids.map((id, n) => save(store, id, newSession(content[n]))))
  const sessions = await allOf(store, ids)
  for (const session of sessions) session.n = -Number(session.n) - 1
  await Promise.all(ids.map((id, n) => save(store, id, sessions[n]!)))
  const changed = content.map((one) => ({ ...one, n: -one.n - 1 }))
  assert.deepEqual((await allOf(store, ids)).map(contentOf), changed)
  const counts = own.map(async (user) => (user ? store.count({ user }) : 1))
  assert.deepEqual(
    await Promise.all(counts),
    own.map(() => 1),
  )
  assert.equal(await store.count({ user: 'NULL' }), 0)
  for (const id of ids) await destroy(store, id)
  assert.deepEqual(
    await Promise.all(ids.map((id) => load(store, id))),
    own.map(() => null),
  )
}

/** Expects that round trips of stores left no row: only those of sessions that ended are there, with the usual trimming. */
export async function assertNothingLeft(database: TestDatabase): Promise<void> {
  const left = (await allRows(database)).filter(({ endedAt, trimAt }) => endedAt === null || trimAt < endedAt + 120_000)
  assert.deepEqual(left, [])
}

const allOf = (store: StoredSessionStore, ids: readonly string[]): Promise<TestSession[]> =>
  Promise.all(ids.map((id) => loaded(store, id)))
