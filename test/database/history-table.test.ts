import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pgSchema } from 'drizzle-orm/pg-core'
import { openDatabase } from '../../src/database/open.ts'
import type { SessionDatabase } from '../../src/index.ts'
import { storedSessionsColumns, storedSessionsIndexes } from '../../src/schema/pg.ts'
import { assertEvents, newEvent } from '../../src/testing/storage/history-rows.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { migrate, migrated } from '../migrating/migrated.ts'
import { quoted, schemaOf } from '../migrating/table-schema.ts'
import { insertManyEvents } from '../support/many-rows.ts'
import { TABLES } from './own-tables.ts'

const COLUMNS = ['sid', 'id', 'kind', 'user_id', 'at', 'key_id', 'data']
const MISSING = 'FST_STORED_SESSION_MISSING_TABLE'

forEachDatabase((target) => {
  const { dialect } = target

  async function using<Result>(
    { url }: TestDatabase,
    work: (opened: SessionDatabase) => Promise<Result>,
    table: Parameters<typeof openDatabase>[2] = 'stored_sessions',
  ): Promise<Result> {
    const opened = await openDatabase(dialect, url, table)
    try {
      return await work(opened)
    } finally {
      await opened.close()
    }
  }

  test('a database of each former release gets the table of events, and keeps its sessions', async () => {
    const reference = await migrated(target)
    const names = await using(reference, async (opened) => (await opened.migrations!()).map(({ name }) => name))
    for (let applied = 1; applied < names.length; applied++) {
      const database = await target.create()
      await using(database, async (opened) => {
        const states = (await opened.migrations!()).slice(0, applied)
        for (const { statements } of states) for (const statement of statements) await database.query(statement)
      })
      const { sid, bytes } = literals(dialect)
      await database.query(`INSERT INTO stored_sessions
        (sid, data, version, created_at, touched_at, expires_at, trim_at) VALUES (${sid}, ${bytes}, 1, 1, 1, 1, 1)`)
      await migrate(database)
      const [row] = await database.query('SELECT version, metadata FROM stored_sessions')
      assert.deepEqual([Number(row!.version), row!.metadata], [1, null])
      for (const table of ['stored_sessions', 'stored_sessions_events']) {
        assert.deepEqual(await schemaOf(database, table), await schemaOf(reference, table))
      }
      await using(database, async ({ history }) => history!.check())
      await database.drop()
    }
    await reference.drop()
  })

  test('a missing table of events, and any missing column, is named with the command', async () => {
    const database = await migrated(target)
    await using(database, async ({ history }) => {
      await history!.check()
      const lacks = /"stored_sessions_events" lacks a column .* Run: DATABASE_URL=… npx stored-session migrate/
      for (const column of COLUMNS) {
        await database.query(`ALTER TABLE stored_sessions_events RENAME COLUMN ${quoted(database, column)} TO renamed`)
        await assert.rejects(history!.check(), { code: MISSING, message: lacks }, column)
        await database.query(`ALTER TABLE stored_sessions_events RENAME COLUMN renamed TO ${quoted(database, column)}`)
      }
      await history!.check()
      await database.query('DROP TABLE stored_sessions_events')
      const missing = /"stored_sessions_events" is missing\. Run: DATABASE_URL=… npx stored-session migrate/
      await assert.rejects(history!.check(), { code: MISSING, message: missing })
    })
    await database.drop()
  })

  test('without the table of events, sessions are served, and unused keys are deleted', async () => {
    const database = await migrated(target)
    await using(database, async ({ keys, history, insert }) => {
      for (const id of [1, 2, 3]) await keys!.insert({ id, wrapped: Buffer.of(id), createdAt: 1 })
      await history!.insertMany([newEvent({ keyId: 1 })])
      const now = Date.now()
      const times = { createdAt: now, touchedAt: now, expiresAt: now + 1_000, trimAt: now + 1_000 }
      const rest = { version: 1, data: Buffer.of(1), userId: null, endedAt: null, endReason: null }
      assert.equal(await insert({ ...times, ...rest, sid: Buffer.alloc(32, 2), keyId: 2 } as never), true)
      assert.equal(await keys!.deleteUnused(2), 1)
      assert.deepEqual((await keys!.read()).map(({ id }) => id).sort(), [1, 2])
      await database.query('DROP TABLE stored_sessions_events')
      assert.equal(await keys!.deleteUnused(2), 1)
      assert.deepEqual(
        (await keys!.read()).map(({ id }) => id),
        [2],
      )
      await database.query('DROP TABLE stored_sessions_keys')
      await assert.rejects(keys!.deleteUnused(2))
    })
    await database.drop()
  })

  test('one batch deletes as many events as it should, however many, and the oldest of them', async () => {
    const database = await migrated(target)
    await insertManyEvents(database, 1_500, 0)
    await using(database, async ({ history }) => {
      assert.equal(await history!.trim(1_400_000, 1_300), 1_300)
      const [oldest] = await history!.list({ before: 1_301_000 }, undefined, 1)
      assert.equal(oldest!.at, 1_300_000)
      assert.equal(await history!.trim(1_400_000, 1_300), 100)
      assert.equal(await history!.count({}), 100)
    })
    await database.drop()
  })

  test('an insert keeps what is stored, and hides no other failure', async () => {
    const database = await migrated(target)
    await using(database, async ({ history }) => {
      const [stored, other] = [newEvent(), newEvent()]
      await history!.insertMany([stored])
      for (const fault of [{ kind: null }, { data: null }, { at: null }]) {
        const faulty = { ...newEvent(), ...fault } as never
        await assert.rejects(history!.insertMany([faulty]), { code: 'FST_STORED_SESSION_UNAVAILABLE' })
        await assert.rejects(history!.insertMany([stored, { ...other, ...fault } as never]))
      }
      await assertEvents(history!, stored.sid, [stored])
      await assertEvents(history!, other.sid, [])
    })
    await database.drop()
  })

  test('a name of a table, or a table of the application, has its own table of events beside it', async () => {
    const database = await target.create()
    const event = newEvent()
    const table = { pg: 'web."Sitzungen ""neu"""', mysql: 'Sitzungen `neu`', sqlite: 'Sitzungen "neu"' }[dialect]
    await migrate(database, { table })
    const stored = await using(
      database,
      async ({ history }) => {
        await history!.insertMany([event, newEvent()])
        assert.equal(await history!.erase([event.sid], event.userId!), 1)
        assert.equal(await history!.trim(0, 10), 0)
        return history!.table
      },
      table,
    )
    assert.match(stored, /Sitzungen .*neu.*_events$/)
    // Its sessions have columns of other names, and its events have ours.
    await using(
      database,
      async ({ history }) => {
        await history!.check()
        assert.equal(await history!.count({}), 2)
        assert.equal(await history!.trim(Number.MAX_SAFE_INTEGER, 10), 2)
      },
      TABLES[dialect],
    )
    await database.drop()
  })

  if (dialect === 'pg') {
    test('a table in a schema has its events in that schema, whatever the search path', async () => {
      const database = await target.create()
      await migrate(database, { table: 'auth.sessions' })
      const table = pgSchema('auth').table('sessions', storedSessionsColumns(), storedSessionsIndexes('sessions'))
      for (const one of ['auth.sessions', table]) {
        const event = newEvent()
        await using(
          database,
          async ({ history }) => {
            assert.equal(history!.table, 'auth.sessions_events')
            await history!.insertMany([event])
            await assertEvents(history!, event.sid, [event])
          },
          one,
        )
      }
      const [row] = await database.query('SELECT count(*)::int AS n FROM auth.sessions_events')
      assert.equal(row!.n, 2)
      await database.drop()
    })
  }
})

const literals = (dialect: TestDatabase['dialect']) =>
  dialect === 'pg'
    ? { sid: `decode(repeat('ab', 32), 'hex')`, bytes: `decode('ab', 'hex')` }
    : { sid: `x'${'ab'.repeat(32)}'`, bytes: `x'ab'` }
