import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type SQL, sql } from 'drizzle-orm'
import { MySqlDialect } from 'drizzle-orm/mysql-core'
import { PgDialect } from 'drizzle-orm/pg-core'
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'
import type { SessionEventRows } from '../../src/database/contract/session-database.ts'
import type { MysqlClient } from '../../src/database/mysql/client.ts'
import { isExactly } from '../../src/database/mysql/database.ts'
import { trimEvents as trimMysql } from '../../src/database/mysql/trimming.ts'
import type { PgClient } from '../../src/database/pg/client.ts'
import { trimEvents as trimPg } from '../../src/database/pg/trimming.ts'
import { eventColumns, isEventOfUser } from '../../src/database/sql/event-statements.ts'
import { sessionEvents } from '../../src/database/sql/session-events.ts'
import { type Compile, compiler, type SessionsTable, valuesFor } from '../../src/database/sql/statements.ts'
import type { SqliteClient } from '../../src/database/sqlite/client.ts'
import { trimEvents as trimSqlite } from '../../src/database/sqlite/trimming.ts'
import { storedSessions as mysqlTable } from '../../src/schema/mysql.ts'
import { storedSessions as pgTable } from '../../src/schema/pg.ts'
import { storedSessions as sqliteTable } from '../../src/schema/sqlite.ts'
import { type Dialect, forEachDatabase, type Row, type TestDatabase } from '../harness/databases.ts'
import { insertManyEvents } from '../support/many-rows.ts'
import { storesOn } from '../support/stores.ts'

const EVENTS = 200_000
const START = 1_732_100_000_000
const MIDDLE = START + (EVENTS / 2) * 1_000
const HOUR_MS = 3_600_000
const USER = 'user-7'

interface Explained {
  readonly table: SessionsTable
  readonly compile: Compile
  readonly ofUser: SQL
  readonly explain: string
  /** The statements of trimming, each answered by this function. */
  trim(compile: Compile, answer: (text: string, values: unknown[]) => Promise<Row[]>): SessionEventRows['trim']
}

const EXPLAINED: Record<Dialect, Explained> = {
  pg: {
    table: pgTable,
    compile: compiler(new PgDialect()),
    ofUser: isEventOfUser,
    explain: 'EXPLAIN',
    trim: (compile, answer) => {
      const query: PgClient['query'] = async (text, values) => ({ rows: await answer(text, values), count: 0 })
      return trimPg({ query } as PgClient, compile, pgTable)
    },
  },
  mysql: {
    table: mysqlTable,
    compile: compiler(new MySqlDialect()),
    ofUser: isExactly(eventColumns.userId),
    explain: 'EXPLAIN FORMAT=TRADITIONAL',
    trim: (compile, answer) => {
      const execute: MysqlClient['execute'] = async (text, values = []) => ({
        rows: await answer(text, values),
        count: 0,
      })
      return trimMysql({ execute } as MysqlClient, compile, mysqlTable)
    },
  },
  sqlite: {
    table: sqliteTable,
    compile: compiler(new SQLiteSyncDialect()),
    ofUser: isEventOfUser,
    explain: 'EXPLAIN QUERY PLAN',
    trim: (compile, answer) => {
      const change = async ({ text }: { text: string }, values: readonly unknown[]) =>
        (await answer(text, [...values])).length
      return trimSqlite({ change } as unknown as SqliteClient, compile, sqliteTable)
    },
  },
}

/** Events that ask for the plan of each statement, and run only what finds rows. */
function planning(database: TestDatabase): { events: SessionEventRows; plans: string[] } {
  const { table, compile, ofUser, explain, trim } = EXPLAINED[database.dialect]
  const plans: string[] = []
  const answer = async (text: string, values: unknown[]) => {
    const rows = await database.query(`${explain} ${text}`, values)
    plans.push(rows.map((row) => JSON.stringify(row)).join('\n'))
    return /^select/.test(text) ? database.query(text, values) : []
  }
  const events = sessionEvents(table, 'stored_sessions', {
    compile,
    ofUser,
    keepStored: sql``,
    rows: async (statement, values) => (await answer(statement.text, valuesFor(statement, values))) as Row[],
    change: async (statement, values) => (await answer(statement.text, valuesFor(statement, values))).length,
    trim: trim(compile, answer),
    check: async () => {},
  })
  return { events, plans }
}

const WHOLE_TABLE: Record<Dialect, RegExp> = {
  pg: /Seq Scan/,
  mysql: /"type":"ALL"/,
  sqlite: /SCAN stored_sessions_events(?! USING)/,
}

const WHOLE_SORT: Record<Dialect, RegExp> = {
  pg: /"(?: *-> +)?Sort /,
  mysql: /filesort/,
  sqlite: /TEMP B-TREE FOR ORDER BY/,
}

forEachDatabase((target) => {
  const suite = storesOn(target)

  before(() => insertManyEvents(suite.database, EVENTS, START))

  async function plansOf(run: (events: SessionEventRows) => Promise<unknown>): Promise<string[]> {
    const { events, plans } = planning(suite.database)
    await run(events)
    assert.ok(plans.length > 0)
    return plans
  }

  async function assertUses(index: RegExp, run: (events: SessionEventRows) => Promise<unknown>): Promise<string[]> {
    const plans = await plansOf(run)
    for (const plan of plans) {
      assert.match(plan, index)
      assert.doesNotMatch(plan, WHOLE_TABLE[target.dialect])
    }
    return plans
  }

  const place = { at: MIDDLE, id: Buffer.alloc(16, 128), sid: Buffer.alloc(32, 128) }
  // Those of partitions are named by their columns.
  const byTime = /events_by_time|events_p\d+_at_idx/
  const byUser = /events_by_user|events_p\d+_user_id_at_idx/
  const byKey = /events(_p\d+)?_(key|pkey)\b|"PRIMARY"|autoindex_stored_sessions_events_1/

  for (const [name, behind] of [
    ['first', undefined],
    ['second', place],
  ] as const) {
    test(`the ${name} page of all events comes from the index, sorted but for events of one time`, async () => {
      for (const filter of [{}, { kinds: ['ended', 'revoked'] }] as const) {
        const [plan] = await assertUses(byTime, (events) => events.list(filter, behind, 51))
        assert.doesNotMatch(plan!, WHOLE_SORT[target.dialect])
      }
    })

    test(`the ${name} page of events of a user reads the events of this user`, async () => {
      const [plan] = await assertUses(byUser, (events) => events.list({ userId: USER }, behind, 51))
      if (target.dialect === 'mysql') assert.doesNotMatch(plan!, WHOLE_SORT.mysql)
    })
  }

  test('the events of a session, and those of a time, are found by the index', async () => {
    await assertUses(byKey, (events) => events.list({ sid: place.sid }, undefined, 51))
    const hour = { from: MIDDLE, before: MIDDLE + HOUR_MS }
    await assertUses(byTime, (events) => events.list(hour, undefined, 51))
    await assertUses(byTime, (events) => events.count(hour))
    await assertUses(byUser, (events) => events.count({ userId: USER, ...hour }))
  })

  test('activity reads the time or the user that it is about', async () => {
    const hour = { from: MIDDLE, before: MIDDLE + HOUR_MS }
    await assertUses(byTime, (events) => events.activity(hour, HOUR_MS / 60))
    await assertUses(byUser, (events) => events.activity({ userId: USER }, HOUR_MS))
  })

  test('the events of a user are found by the index of users, and erased by an index', async () => {
    await assertUses(byUser, (events) => events.sessionsOf(USER, Buffer.alloc(0), 50))
    // Where the user has few events, their index may be the shorter way.
    const byEither = new RegExp(`${byKey.source}|${byUser.source}`)
    await assertUses(byEither, (events) => events.erase([place.sid, Buffer.alloc(32, 3)], USER))
    const reseal = { ...place, keyId: 9, data: Buffer.alloc(1) }
    await assertUses(byKey, (events) => events.reseal(reseal))
  })

  test('the oldest events are found by the index, and deleted by their keys', async () => {
    const plans = await plansOf((events) => events.trim(MIDDLE, 500))
    assert.match(plans[0]!, byTime)
    assert.match(plans.at(-1)!, target.dialect === 'sqlite' ? /INTEGER PRIMARY KEY/ : byKey)
    for (const plan of plans) assert.doesNotMatch(plan, WHOLE_TABLE[target.dialect])
    assert.equal(plans.length, target.dialect === 'sqlite' ? 1 : 2)
  })
})
