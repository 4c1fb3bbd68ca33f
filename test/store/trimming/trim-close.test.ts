import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachDatabase } from '../../harness/databases.ts'
import { storesOn } from '../../support/stores.ts'
import { until } from '../../support/until.ts'
import { connect } from '../../trimming/connection.ts'
import { addDueRows, countRows } from '../../trimming/due-rows.ts'

forEachDatabase((target) => {
  if (target.dialect === 'sqlite') return
  const suite = storesOn(target)

  test('a batch that cannot end does not keep a store from closing', async (t) => {
    await addDueRows(suite.database, suite.store, 3)
    const store = await suite.another()
    const connection = await connect(suite.database)
    t.after(() => connection.close())
    await connection.run(target.dialect === 'pg' ? 'BEGIN' : 'LOCK TABLES stored_sessions WRITE')
    if (target.dialect === 'pg') await connection.run('LOCK TABLE stored_sessions')
    const trimming = store.trim().catch((error) => error)
    await until('it waits for the table', async () => (await waiting()) > 0)
    const begun = performance.now()
    await store.close()
    const failure = await trimming
    assert.ok(performance.now() - begun < 10_000, 'nothing goes on for long after closing, which ends within 2 seconds')
    assert.equal(failure.code, 'FST_STORED_SESSION_UNAVAILABLE')
    await connection.run(target.dialect === 'pg' ? 'ROLLBACK' : 'UNLOCK TABLES')
    await until('it can be trimmed', async () => (await suite.store.trim()).stopped === 'done')
    assert.equal(await countRows(suite.database), 0)
  })

  async function waiting(): Promise<number> {
    if (target.dialect === 'pg') {
      const [row] = await suite.database.query('SELECT count(*) AS n FROM pg_locks WHERE NOT granted')
      return Number(row!.n)
    }
    // MySQL cannot count them in its information schema while another one sends bytes in a statement.
    const [current] = await suite.database.query('SELECT database() AS name')
    const processes = await suite.database.query('SHOW PROCESSLIST')
    return processes.filter(({ db, State }) => db === current!.name && /^Waiting for table/.test(String(State))).length
  }
})
