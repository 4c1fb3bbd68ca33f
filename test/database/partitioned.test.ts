import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { openDatabase } from '../../src/database/open.ts'
import { newEvent } from '../../src/testing/storage/history-rows.ts'
import { forEachDatabase, type Row } from '../harness/databases.ts'
import { createPartitionedDatabase, PARTITIONED } from '../harness/partitioned-database.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { destroy, load, loaded, newSession, save, touch } from '../support/sessions.ts'
import { newId, storesOn } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'
import { addDueRows } from '../trimming/due-rows.ts'
import { noting } from '../trimming/sent-statements.ts'

const PARTITIONS = 16
/** From the sixth use on PostgreSQL may take a plan that does not look at the values. */
const USES = 8

test('the migrations of the partitioned table are those of the other one, made anew', () => {
  const made = join(temporaryFolder('partitioned'), 'migrations')
  execFileSync(process.execPath, ['drizzle/partitioned.js', made])
  const contents = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(sql|json)$/.test(file))
      .sort()
      .map((file) => [file, readFileSync(join(folder, file), 'utf8')])
  assert.deepEqual(contents(made), contents('drizzle/pg-partitioned'))
  rmSync(dirname(made), { recursive: true })
})

forEachDatabase((target) => {
  if (target.name !== 'postgres' && target.name !== PARTITIONED) return
  const create = () => createPartitionedDatabase(process.env.TEST_POSTGRES_URL!)
  const suite = storesOn({ ...target, create }, { user: userIdOf })

  test('sessions lie in all partitions, and are saved, read, touched, ended, revoked, listed and trimmed', async (t) => {
    const ids = Array.from({ length: 200 }, newId)
    await Promise.all(ids.map((id, n) => save(suite.store, id, newSession({ userId: `user-${n % 10}`, n }))))
    const found = await Promise.all(ids.map((id) => load(suite.store, id)))
    assert.deepEqual(
      found.map((session) => session?.n),
      ids.map((_, n) => n),
    )
    const [spread] = await suite.database.query('SELECT count(DISTINCT tableoid) AS n FROM stored_sessions')
    assert.equal(Number(spread!.n), PARTITIONS)
    const changed = await Promise.all(ids.slice(0, 50).map((id) => loaded(suite.store, id)))
    await Promise.all(
      changed.map((session, n) => {
        session.n = -n
        return save(suite.store, ids[n]!, session)
      }),
    )
    assert.equal((await loaded(suite.store, ids[49]!)).n, -49)
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 61_000 })
    await Promise.all(ids.slice(0, 50).map(async (id) => touch(suite.store, id, await loaded(suite.store, id))))
    await destroy(suite.store, ids[0]!)
    assert.equal(await load(suite.store, ids[0]!), null)
    assert.deepEqual(await suite.store.revoke({ user: 'user-1' }), { revoked: 20 })
    assert.equal((await suite.store.list({ user: 'user-2' })).sessions.length, 20)
    await addDueRows(suite.database, suite.store, 30)
    assert.equal((await suite.store.trim({ batchSize: 7, pause: 0 })).trimmed, 30)
  })

  test('events lie in all partitions, and are stored, listed, counted, erased and trimmed', async () => {
    const opened = await openDatabase('pg', suite.database.url, 'stored_sessions')
    const history = opened.history!
    const events = Array.from({ length: 200 }, (_, n) => newEvent({ at: 1_000 + n, userId: `user-${n % 10}` }))
    await history.insertMany(events)
    await history.insertMany(events)
    const [spread] = await suite.database.query('SELECT count(DISTINCT tableoid) AS n FROM stored_sessions_events')
    assert.equal(Number(spread!.n), PARTITIONS)
    const page = await history.list({}, undefined, 50)
    const next = await history.list({}, page.at(-1), 50)
    assert.deepEqual(
      [...page, ...next].map(({ at }) => at),
      Array.from({ length: 100 }, (_, n) => 1_199 - n),
    )
    assert.equal((await history.activity({ userId: 'user-3' }, 100)).length, 2)
    assert.equal(await history.erase(await history.sessionsOf('user-3', Buffer.alloc(0), 50), 'user-3'), 20)
    assert.equal(await history.trim(1_050, 30), 30)
    assert.equal(await history.trim(1_050, 30), 20)
    assert.equal(await history.count({}), 150)
    await opened.close()
  })

  test('a statement that names one session looks into one partition alone', async () => {
    const database = noting(suite.database, 1)
    const store = await suite.another({ database: database.drizzle, migrate: false })
    const id = newId()
    await save(store, id, newSession({ n: 1 }))
    database.sent.length = 0
    const session = await loaded(store, id)
    session.n = 2
    await save(store, id, session)
    await destroy(store, id)
    const kinds = database.sent.map(({ text }) => text.trim().slice(0, 6))
    assert.deepEqual(kinds, ['select', 'update', 'update'])
    for (const { text, values } of database.sent) {
      const uses = `EXPLAIN EXECUTE sent (${values.map(literal).join()});`.repeat(USES)
      const results = (await suite.database.query(`PREPARE sent AS ${text}; ${uses}`)) as unknown as Row[][]
      const plans = results.filter((rows) => rows.length > 0)
      assert.equal(plans.length, USES)
      for (const plan of plans) {
        const lines = plan.map((row) => String(row['QUERY PLAN']))
        assert.equal(
          lines.filter((line) => /Scan (using \S+ )?on stored_sessions_p\d\d/.test(line)).length,
          1,
          lines.join('\n'),
        )
      }
    }
    await store.close()
    await database.close()
  })
})

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString('hex')}'`
  return typeof value === 'number' ? String(value) : `'${value}'`
}
