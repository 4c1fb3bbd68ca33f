import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoredSessionStore } from '../../../src/index.ts'
import { memoryStorage } from '../../../src/testing/memory-storage.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { secret, storesOn } from '../../support/stores.ts'

const refusalOf = (options: object) => {
  try {
    new StoredSessionStore({ database: memoryStorage(), secret, ...options })
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

test('values that the option cannot have are refused by name', () => {
  for (const [history, message] of [
    ['on', 'history must be true, false, or an object such as { retain: "90d" }'],
    [null, 'history must be true, false, or an object such as { retain: "90d" }'],
    [[], 'history must be true, false, or an object such as { retain: "90d" }'],
    [{ retian: '1d' }, 'history.retian is not an option; did you mean history.retain?'],
    [{ retain: 'long' }, 'history.retain must be milliseconds or text'],
    [{ retain: 0 }, 'history.retain must be milliseconds or text'],
    [{ strict: 'yes' }, 'history.strict must be true or false, not "yes"'],
  ] as const) {
    assert.ok(refusalOf({ history })?.includes(message), `${JSON.stringify(history)}: ${refusalOf({ history })}`)
  }
  for (const history of [false, true, {}, { retain: '30d', strict: true }])
    assert.equal(refusalOf({ history }), undefined)
})

test('a storage that keeps no events is refused by name', async () => {
  const { history: _, ...database } = memoryStorage()
  const store = new StoredSessionStore({ database, secret, history: true })
  await assert.rejects(store.ready(), {
    code: 'FST_STORED_SESSION_INVALID_OPTIONS',
    message: /history cannot be on with a storage that has no "history"/,
  })
  await store.close()
})

forEachDatabase((target) => {
  const suite = storesOn(target)

  test('a missing table of events is refused at start with the command, and only with the option', async () => {
    await suite.database.query('DROP TABLE stored_sessions_events')
    const open = (history: boolean) => suite.another({ history, migrate: false })
    await assert.rejects(open(true), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'FST_STORED_SESSION_MISSING_TABLE')
      assert.match(error.message, /stored_sessions_events.*npx stored-session migrate/s)
      return true
    })
    await open(false)
  })
})
