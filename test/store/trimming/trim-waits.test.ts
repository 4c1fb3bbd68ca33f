import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionDatabase } from '../../../src/database/contract/session-database.ts'
import { openDatabase } from '../../../src/database/open.ts'
import { forEachDatabase, type TestDatabase } from '../../harness/databases.ts'
import { rowOf, sidOf } from '../../support/rows.ts'
import { contentOf, destroy, load, loaded, newSession, save, touch } from '../../support/sessions.ts'
import { newId, type OpenStores, storesOn } from '../../support/stores.ts'
import { userIdOf } from '../../support/user-id.ts'
import { connect, type OpenConnection } from '../../trimming/connection.ts'
import { addDueRows } from '../../trimming/due-rows.ts'

const HOUR_MS = 3_600_000

forEachDatabase((target) => {
  const suite = storesOn(target, { user: userIdOf })
  afterEach(() => suite.database.query('DELETE FROM stored_sessions'))

  if (target.dialect === 'sqlite') {
    test('between two batches others save', async () => {
      await addDueRows(suite.database, suite.store, 20)
      const trimming = suite.store.trim({ batchSize: 1, pause: 20 })
      const other = await suite.another()
      await useSessions({ ...suite, store: other })
      assert.ok((await other.trim()).stopped === 'locked', 'all was over before anybody came')
      assert.equal((await trimming).trimmed, 20)
    })
    return
  }

  test('nobody who uses a session waits for a batch, not even for one that does not end', async () => {
    await addDueRows(suite.database, suite.store, 20)
    const connection = await connect(suite.database)
    const database = await opened(suite.database, connection)
    await connection.run('begin')
    assert.equal(await database.trim(Date.now(), 100), 20)
    try {
      // Whoever waited would have to wait for longer than the operationTimeout.
      await useSessions(suite)
    } finally {
      await connection.run('rollback')
      await connection.close()
    }
  })

  test('a session that is touched while it is trimmed, by a clock that is far ahead, stays', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ n: 1 }))
    const connection = await connect(suite.database)
    const database = await openDatabase(target.dialect, suite.database.url, 'stored_sessions')
    const ahead = Date.now() + 6 * HOUR_MS
    const place = target.dialect === 'pg' ? '$1' : '?'
    await connection.run('begin')
    await connection.run(
      `UPDATE stored_sessions SET expires_at = ${ahead + 1}, trim_at = ${ahead + HOUR_MS} WHERE sid = ${place}`,
      [sidOf(id)],
    )
    const trimming = database.trim(ahead, 10)
    await untilItWaits(suite.database)
    await connection.run('commit')
    assert.equal(await trimming, 0)
    assert.deepEqual(contentOf(await loaded(suite.store, id)), { n: 1 })
    await connection.close()
    await database.close()
  })
})

/** What requests do: with new sessions, short and long ones, and with such as there are. */
async function useSessions({ store, database }: OpenStores): Promise<void> {
  const ids = Array.from({ length: 40 }, newId)
  for (const [index, id] of ids.entries()) {
    const userId = index < 3 ? 'ada' : `user ${index}`
    await save(store, id, newSession({ userId }, (index + 1) * HOUR_MS))
  }
  const [changed, touched, ended] = ids as [string, string, string]
  const session = await loaded(store, changed)
  session.n = 1
  await save(store, changed, session)
  await touch(store, touched, await loaded(store, touched))
  await destroy(store, ended)
  await destroy(store, newId())
  assert.deepEqual(await store.revoke({ user: 'ada' }), { revoked: 2 })
  assert.equal(await load(store, changed), null)
  assert.equal((await rowOf(database, ended))?.endReason, 'destroyed')
}

const opened = ({ dialect }: TestDatabase, { database }: OpenConnection): Promise<SessionDatabase> =>
  openDatabase(dialect, database, 'stored_sessions')

const WAITING = {
  pg: "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  mysql: "SELECT count(*) AS n FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'",
}

/** Waits until trimming waits for the row. */
async function untilItWaits({ dialect, query }: TestDatabase): Promise<void> {
  const count = WAITING[dialect as keyof typeof WAITING]
  // Whoever looks more often than ten times a second sees the same again in MySQL.
  while (Number((await query(count))[0]!.n) === 0) await sleep(150)
}
