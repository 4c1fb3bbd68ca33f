import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { mock, test } from 'node:test'
import { derivedKeys } from '../../src/index.ts'
import type { SessionOperation } from '../../src/instruments/operation.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { failingDatabase } from '../support/failing-database.ts'
import { handleOf, setColumn, storedRow } from '../support/rows.ts'
import { destroy, load, loaded, newSession, save, touch } from '../support/sessions.ts'
import { newId, secret, storesOn } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'
import { Listening, tracingChannels } from './channels.ts'

const MINUTE_MS = 60_000
const outcomes = (operations: SessionOperation[]) => operations.map(({ outcome }) => outcome)

/** Everything that an operation may say. */
const NAMES = 'table dialect sid outcome durationMs databaseMs cryptoMs bytes shared sessions error'.split(' ')

forEachDatabase((target) => {
  const suite = storesOn(target, { user: userIdOf })

  test('a read begins with the hashed id and ends with outcome, bytes and durations', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ userId: 'ada' }))
    const listening = new Listening()
    await load(suite.store, id)
    assert.deepEqual(
      listening.published.map(({ channel }) => channel.split(':').slice(2).join(':')),
      ['read:start', 'read:end', 'read:asyncStart', 'read:asyncEnd'],
    )
    const source = { table: 'stored_sessions', dialect: target.dialect }
    assert.deepEqual(listening.of('read:start'), [{ ...source, sid: handleOf(id) }])
    const [{ durationMs = 0, databaseMs = 0, cryptoMs = 0, ...end } = {}] = listening.of('read:asyncEnd')
    const { data } = await storedRow(suite.database, id)
    assert.deepEqual(end, { ...source, sid: handleOf(id), outcome: 'found', bytes: data.length, shared: 1 })
    assert.ok(databaseMs > 0 && cryptoMs > 0 && databaseMs + cryptoMs <= durationMs)
    listening.stop()
  })

  test('reads tell what they found, and why they found nothing', async () => {
    const [ended, revoked, damaged, idle] = [newId(), newId(), newId(), newId()]
    for (const id of [ended, damaged, idle]) await save(suite.store, id, newSession({ n: 1 }))
    await save(suite.store, revoked, newSession({ userId: 'grace' }))
    await destroy(suite.store, ended)
    await suite.store.revoke({ user: 'grace' })
    await setColumn(suite.database, damaged, 'data', Buffer.from('damaged'))
    await setColumn(suite.database, idle, 'expires_at', Date.now() - MINUTE_MS)
    const listening = new Listening()
    for (const id of [ended, revoked, damaged, idle, newId(), '']) assert.equal(await load(suite.store, id), null)
    assert.deepEqual(outcomes(listening.of('read:asyncEnd')), [
      'destroyed',
      'revoked',
      'unreadable',
      'idle',
      'unknown',
      'unknown',
    ])
    assert.deepEqual(
      listening.of('expired').map(({ sid, reason }) => [sid, reason]),
      [[handleOf(idle), 'idle']],
    )
    assert.deepEqual(
      listening.of('unreadable').map(({ sid, reason }) => [sid, reason]),
      [[handleOf(damaged), 'malformed']],
    )
    listening.stop()
  })

  test('saves and ends tell what became of them', async () => {
    const listening = new Listening()
    const id = newId()
    const session = newSession({ n: 1, more: 'x'.repeat(500) })
    await save(suite.store, id, session)
    const { data } = await storedRow(suite.database, id)
    await save(suite.store, id, session)
    session.n = 2
    await save(suite.store, id, session)
    await destroy(suite.store, id)
    session.n = 3
    await save(suite.store, id, session)
    await destroy(suite.store, newId())
    assert.deepEqual(outcomes(listening.of('write:asyncEnd')), ['created', 'unchanged', 'updated', 'gone'])
    assert.deepEqual(
      listening.of('write:asyncEnd').map(({ bytes }) => bytes),
      [data.length, undefined, data.length, undefined],
    )
    assert.deepEqual(outcomes(listening.of('delete:asyncEnd')), ['destroyed', 'absent'])
    for (const name of ['created', 'gone']) assert.deepEqual(listening.of(name).length, 1)
    assert.equal(listening.of('created')[0]!.sid, handleOf(id))
    listening.stop()
  })

  test('two changes of one key are a conflict, whose channel tells how many keys and not their names', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ n: 0 }))
    const listening = new Listening()
    const [one, other] = [await loaded(suite.store, id), await loaded(suite.store, id)]
    one.n = 1
    other.n = 2
    await Promise.all([one, other].map((session) => save(suite.store, id, session)))
    const { table, dialect, sid, ...rest } = listening.of('conflict')[0]!
    assert.deepEqual(rest, { conflicts: 1 })
    listening.stop()
  })

  test('reads of one moment tell how many shared their statement', async () => {
    const ids = Array.from({ length: 5 }, newId)
    for (const id of ids) await save(suite.store, id, newSession({ n: 1 }))
    const listening = new Listening()
    await Promise.all([...ids, ids[0]!, newId()].map((id) => load(suite.store, id)))
    const shared = listening.of('read:asyncEnd').map((operation) => operation.shared)
    assert.deepEqual(new Set(shared), new Set([6]))
    listening.stop()
  })

  test('saves of one moment tell how many shared their statement', async () => {
    const ids = Array.from({ length: 5 }, newId)
    for (const id of ids) await save(suite.store, id, newSession({ n: 1 }))
    const sessions = await Promise.all(ids.map((id) => loaded(suite.store, id)))
    for (const session of sessions) session.n = 2
    const listening = new Listening()
    await Promise.all(sessions.map((session, index) => save(suite.store, ids[index]!, session)))
    const shared = listening.of('write:asyncEnd').map((operation) => operation.shared)
    assert.deepEqual(new Set(shared), new Set([5]))
    listening.stop()
  })

  test('touches, trims, revocations and reencryptions count sessions and name none', async () => {
    const ids = Array.from({ length: 3 }, newId)
    for (const id of ids) await save(suite.store, id, newSession({ userId: 'hopper' }))
    const session = await loaded(suite.store, ids[0]!)
    const listening = new Listening()
    await touch(suite.store, ids[0]!, session)
    await suite.store.reencrypt()
    await suite.store.revoke({ user: 'hopper' })
    for (const id of ids) await setColumn(suite.database, id, 'trim_at', 0)
    await suite.store.trim()
    const ends = ['touch', 'reencrypt', 'delete', 'trim'].flatMap((name) => listening.of(`${name}:asyncEnd`))
    assert.deepEqual(
      ends.map(({ outcome, sessions, sid }) => [outcome, sessions, sid]),
      [
        ['touched', 1, undefined],
        ['complete', 0, undefined],
        ['revoked', 3, undefined],
        ['complete', 3, undefined],
      ],
    )
    assert.equal(listening.of('revoked')[0]!.sessions, 3)
    listening.stop()
  })

  test('a revocation of everybody is one operation of as many sessions, and its rehearsal is none', async () => {
    for (const id of [newId(), newId()]) await save(suite.store, id, newSession({ n: 1 }))
    const listening = new Listening()
    const { revoked } = await suite.store.revoke({ all: true, dryRun: true })
    assert.deepEqual(listening.published, [])
    await suite.store.revoke({ all: true })
    const [{ outcome, sessions, databaseMs = 0, durationMs = 0 } = {}, ...more] = listening.of('delete:asyncEnd')
    assert.deepEqual([outcome, sessions, more], ['revoked', revoked, []])
    assert.ok(databaseMs > 0 && databaseMs <= durationMs)
    assert.deepEqual(
      listening.of('revoked').map((event) => event.sessions),
      [revoked],
    )
    listening.stop()
  })

  test('asking how the store is counts as no operation', async () => {
    const listening = new Listening()
    assert.equal((await suite.store.health()).ok, true)
    assert.deepEqual(listening.published, [])
    listening.stop()
  })

  test('a migration is traced', async () => {
    const listening = new Listening()
    await suite.another({ migrate: true })
    assert.deepEqual(outcomes(listening.of('migrate:asyncEnd')), ['migrated'])
    listening.stop()
  })

  test('a failure is told by codes, on the channel for errors too, and no message of a driver is', async () => {
    const failing = await failingDatabase(suite.database)
    const store = await suite.another({ database: failing.database, migrate: false })
    const id = newId()
    await save(store, id, newSession({ n: 1 }))
    const session = await loaded(store, id)
    session.n = 2
    for (const name of ['read', 'update', 'end'] as const) failing.failing.add(name)
    const listening = new Listening()
    const fails = { code: 'FST_STORED_SESSION_UNAVAILABLE' }
    await assert.rejects(load(store, id), fails)
    await assert.rejects(save(store, id, session), fails)
    await assert.rejects(destroy(store, id), fails)
    for (const name of ['read', 'write', 'delete']) {
      for (const stage of ['error', 'asyncStart', 'asyncEnd']) {
        const [{ outcome, error } = {}] = listening.of(`${name}:${stage}`)
        assert.equal(outcome, 'failed')
        assert.deepEqual(error, {
          name: 'StoredSessionFault',
          message: 'FST_STORED_SESSION_UNAVAILABLE, caused by ECONNRESET',
          code: 'FST_STORED_SESSION_UNAVAILABLE',
          cause: 'ECONNRESET',
        })
      }
    }
    assert.ok(!JSON.stringify(listening.published).includes('10.0.0.7'))
    listening.stop()
    await failing.close()
  })

  test('nobody sees what an operation resolves to', async () => {
    const listening = new Listening()
    const id = newId()
    await save(suite.store, id, newSession({ userId: 'ada' }))
    await load(suite.store, id)
    await destroy(suite.store, id)
    const names = listening.published
      .filter(({ channel }) => channel.startsWith('tracing:'))
      .flatMap(({ message }) => Object.keys(message))
    assert.deepEqual(
      [...new Set(names)].filter((name) => !NAMES.includes(name)),
      [],
    )
    listening.stop()
  })

  test('a store that is bound to the beginning of an operation is there inside of it', async () => {
    const storage = new AsyncLocalStorage<SessionOperation>()
    const seen: unknown[] = []
    const { current, find } = derivedKeys(secret)
    const keys = {
      current,
      find(id: number) {
        seen.push(storage.getStore()?.sid)
        return find(id)
      },
    }
    const store = await suite.another({ keys })
    const id = newId()
    await save(store, id, newSession({ n: 1 }))
    const [read] = tracingChannels
    read!.start.bindStore(storage, (operation) => operation as SessionOperation)
    await load(store, id)
    read!.start.unbindStore(storage)
    await load(store, id)
    assert.deepEqual(seen, [handleOf(id), undefined])
  })

  test('nothing is measured while nobody listens', async () => {
    const now = mock.method(performance, 'now')
    const use = async () => {
      const id = newId()
      const before = now.mock.callCount()
      await save(suite.store, id, newSession({ n: 1 }))
      await load(suite.store, id)
      await destroy(suite.store, id)
      return now.mock.callCount() - before
    }
    const unheard = await use()
    const listening = new Listening()
    const heard = await use()
    listening.stop()
    now.mock.restore()
    assert.ok(heard - unheard >= 10, `${heard} and ${unheard}`)
  })
})
