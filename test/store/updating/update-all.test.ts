import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { type StoredSessionStore, staticKeys } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { namedKey } from '../../keys/named-key.ts'
import { handleOf, rowOf, storedRow } from '../../support/rows.ts'
import { contentOf, destroy, load, loaded, newSession, save } from '../../support/sessions.ts'
import { newId, storesOn } from '../../support/stores.ts'
import { until } from '../../support/until.ts'
import { userIdOf } from '../../support/user-id.ts'

const editor = (session: Record<string, unknown>) => {
  session.role = 'editor'
}

async function nextMillisecond(): Promise<void> {
  const now = Date.now()
  await until('the clock has moved', () => Date.now() > now)
}

forEachDatabase((target) => {
  const suite = storesOn(target, { user: userIdOf, history: true })
  let users = 0
  let store: StoredSessionStore

  before(() => {
    store = suite.store
  })

  /** Sessions of a new user. */
  async function sessionsOf(
    count: number,
    content = {},
    on = store,
    pause = async () => {},
  ): Promise<{ user: string; ids: string[] }> {
    const user = `user ${++users}`
    const ids = Array.from({ length: count }, newId)
    for (const id of ids) {
      await save(on, id, newSession({ userId: user, ...content }))
      await pause()
    }
    return { user, ids }
  }
  const contents = (ids: readonly string[]) => Promise.all(ids.map(async (id) => contentOf(await loaded(store, id))))

  describe('updateAll', () => {
    test('changes every session of a user, and no other', async () => {
      const [{ user, ids }, others] = [
        await sessionsOf(5, { role: 'reader', cart: [1] }),
        await sessionsOf(1, { role: 'reader' }),
      ]
      const result = await store.updateAll({ user }, (session) => {
        editor(session)
        delete session.cart
      })
      assert.deepEqual(result, { updated: 5, unchanged: 0, unreadable: 0, remaining: 0 })
      for (const content of await contents(ids)) assert.deepEqual(content, { userId: user, role: 'editor' })
      assert.equal((await contents(others.ids))[0]!.role, 'reader')
      assert.deepEqual(await store.updateAll({ user }, editor), {
        updated: 0,
        unchanged: 5,
        unreadable: 0,
        remaining: 0,
      })
    })

    test('changes one session by its handle, if it is that of the user', async () => {
      const { user, ids } = await sessionsOf(2)
      assert.equal((await store.updateAll({ handle: handleOf(ids[0]!) }, editor)).updated, 1)
      assert.equal((await store.updateAll({ handle: handleOf(ids[1]!), user: 'eve' }, editor)).updated, 0)
      assert.equal(
        (await store.updateAll({ handle: handleOf(ids[1]!), user }, async (session) => editor(session))).updated,
        1,
      )
    })

    test('changes no time of a session, so that none lives longer', async () => {
      const { user, ids } = await sessionsOf(1)
      const before = await storedRow(suite.database, ids[0]!)
      await store.updateAll({ user }, editor)
      const after = await storedRow(suite.database, ids[0]!)
      const times = ({ createdAt, touchedAt, expiresAt, trimAt, endedAt }: typeof before) => [
        createdAt,
        touchedAt,
        expiresAt,
        trimAt,
        endedAt,
      ]
      assert.deepEqual(times(after), times(before))
      assert.equal(after.version, before.version + 1)
      assert.equal(after.userId, user)
    })

    test('wakes no session that ends while its function runs', async () => {
      const { user, ids } = await sessionsOf(3)
      const result = await store.updateAll({ user }, async (session) => {
        editor(session)
        await destroy(store, ids[1]!)
      })
      assert.equal(result.updated, 2)
      assert.equal(await load(store, ids[1]!), null)
      assert.equal((await rowOf(suite.database, ids[1]!))!.endReason, 'destroyed')
      await store.revoke({ user })
      assert.equal((await store.updateAll({ user }, editor)).updated, 0)
    })

    test('with dryRun counts, and changes nothing', async () => {
      const { user, ids } = await sessionsOf(3)
      assert.deepEqual(await store.updateAll({ user }, editor, { dryRun: true }), {
        updated: 3,
        unchanged: 0,
        unreadable: 0,
        remaining: 0,
      })
      for (const id of ids) assert.equal((await storedRow(suite.database, id)).version, 1)
    })

    test('is stopped after a batch, says what remains, and can be repeated', async () => {
      // Sessions of one millisecond are changed in one step.
      const { user } = await sessionsOf(10, {}, store, nextMillisecond)
      const abort = new AbortController()
      const steps: number[] = []
      const onProgress = ({ updated }: { updated: number }) => {
        steps.push(updated)
        if (updated >= 4) abort.abort()
      }
      const stopped = await store.updateAll({ user }, editor, { batchSize: 2, signal: abort.signal, onProgress })
      assert.equal(stopped.updated + stopped.remaining, 10)
      assert.deepEqual([stopped.remaining > 0, steps.length >= 2], [true, true])
      const rest = await store.updateAll({ user }, editor)
      assert.deepEqual([rest.updated, rest.unchanged], [stopped.remaining, stopped.updated])
    })

    test('leaves sessions that do not open, and counts them', async () => {
      const foreign = await suite.another({ keys: staticKeys([namedKey('lost')]) })
      const { user } = await sessionsOf(2, {}, foreign)
      assert.deepEqual(await store.updateAll({ user }, editor), {
        updated: 0,
        unchanged: 0,
        unreadable: 2,
        remaining: 0,
      })
    })

    test('is recorded with who did it', async () => {
      const { user, ids } = await sessionsOf(2)
      await store.updateAll({ user }, editor, { actor: 'grace' })
      await store.updateAll({ handle: handleOf(ids[0]!) }, () => {})
      const { events } = await store.history({ user, kind: 'updated' })
      assert.deepEqual(
        events.map(({ actor, sessions, filter, handle }) => [actor, sessions, filter, handle]),
        [['grace', 2, ['user'], undefined]],
      )
      const byHandle = await store.history({ handle: handleOf(ids[0]!), kind: 'updated' })
      assert.deepEqual(
        byHandle.events.map(({ handle, sessions }) => [handle, sessions]),
        [[handleOf(ids[0]!), 0]],
      )
    })

    test('passes on what its function throws, and keeps what was changed before', async () => {
      const { user, ids } = await sessionsOf(3)
      const failing = store.updateAll({ user }, (session) => {
        editor(session)
        if (session.role === 'editor') throw new TypeError('not this one')
      })
      await assert.rejects(failing, TypeError)
      for (const id of ids) assert.equal((await storedRow(suite.database, id)).version, 1)
    })
  })

  describe('updateAll refuses', () => {
    const refused = (message: RegExp, ...parameters: unknown[]) =>
      assert.rejects(
        (store.updateAll as (...all: unknown[]) => Promise<unknown>).apply(store, parameters),
        (error: Error & { code: string }) => {
          assert.match(error.message, message)
          return error.code.startsWith('FST_STORED_SESSION_')
        },
      )

    test('what names no sessions, and what is no function', async () => {
      await refused(/needs user, handle or before, or all: true/, {}, editor)
      await refused(/user is undefined/, { user: undefined }, editor)
      await refused(/takes an object/, undefined, editor)
      await refused(/all cannot be combined/, { all: true, user: 'ada' }, editor)
      await refused(/change must be a function/, { user: 'ada' }, { role: 'editor' })
      await refused(/batchSize must be/, { user: 'ada' }, editor, { batchSize: 0 })
      await refused(/dryrun is not an option; did you mean dryRun/, { user: 'ada' }, editor, { dryrun: true })
    })

    test('another user, and names that are reserved', async () => {
      const { user, ids } = await sessionsOf(1)
      await refused(
        /cannot change the user/,
        { user },
        (session: Record<string, unknown>) => void delete session.userId,
      )
      await refused(
        /cannot be stored/,
        { user },
        (session: Record<string, unknown>) => Object.assign(session, { cookie: {} }) && undefined,
      )
      assert.equal((await storedRow(suite.database, ids[0]!)).version, 1)
    })

    test('sessions that are bound to their cookies', async () => {
      const bound = await suite.another({ bindToCookie: true })
      await assert.rejects(bound.updateAll({ all: true }, editor), /cannot be combined with bindToCookie/)
    })
  })
})
