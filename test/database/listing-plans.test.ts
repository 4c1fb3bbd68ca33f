import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { SQL } from 'drizzle-orm'
import { MySqlDialect } from 'drizzle-orm/mysql-core'
import { PgDialect } from 'drizzle-orm/pg-core'
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'
import type { SessionListing } from '../../src/database/contract/session-database.ts'
import { isExactUser } from '../../src/database/mysql/database.ts'
import { sessionListing } from '../../src/database/sql/listing.ts'
import { type Compile, compiler, isUser, type SessionsTable, valuesFor } from '../../src/database/sql/statements.ts'
import { storedSessions as mysqlTable } from '../../src/schema/mysql.ts'
import { storedSessions as pgTable } from '../../src/schema/pg.ts'
import { storedSessions as sqliteTable } from '../../src/schema/sqlite.ts'
import { type Dialect, forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { insertMany } from '../support/many-rows.ts'
import { storesOn } from '../support/stores.ts'

const ROWS = 100_000
const START = 1_732_100_000_000
const MIDDLE = START + ROWS / 2

const EXPLAINED: Record<Dialect, { table: SessionsTable; compile: Compile; ofUser: SQL; explain: string }> = {
  pg: { table: pgTable, compile: compiler(new PgDialect()), ofUser: isUser(pgTable), explain: 'EXPLAIN' },
  mysql: {
    table: mysqlTable,
    compile: compiler(new MySqlDialect()),
    ofUser: isExactUser(mysqlTable),
    explain: 'EXPLAIN FORMAT=TRADITIONAL',
  },
  sqlite: {
    table: sqliteTable,
    compile: compiler(new SQLiteSyncDialect()),
    ofUser: isUser(sqliteTable),
    explain: 'EXPLAIN QUERY PLAN',
  },
}

/** A listing that asks for the plan of each statement in place of running it. */
function planning(database: TestDatabase): { listing: SessionListing; plans: string[] } {
  const { table, compile, ofUser, explain } = EXPLAINED[database.dialect]
  const plans: string[] = []
  const plan = async (statement: { text: string; names: readonly string[] }, values: object) => {
    const rows = await database.query(`${explain} ${statement.text}`, valuesFor(statement, values))
    plans.push(rows.map((row) => JSON.stringify(row)).join('\n'))
    return []
  }
  const listing = sessionListing(table, {
    compile,
    ofUser,
    rows: plan,
    change: async (statement, values) => (await plan(statement, values)).length,
  })
  return { listing, plans }
}

const WHOLE_TABLE: Record<Dialect, RegExp> = {
  pg: /Seq Scan/,
  mysql: /"type":"ALL"/,
  sqlite: /SCAN stored_sessions(?! USING)/,
}

const WHOLE_SORT: Record<Dialect, RegExp> = {
  pg: /"(?: *-> +)?Sort /,
  mysql: /filesort/,
  sqlite: /TEMP B-TREE FOR ORDER BY/,
}

forEachDatabase((target) => {
  const suite = storesOn(target)

  before(() => insertMany(suite.database, { count: ROWS, createdAt: `${START} + i` }))

  async function planOf(run: (listing: SessionListing) => Promise<unknown>): Promise<string> {
    const { listing, plans } = planning(suite.database)
    await run(listing)
    assert.equal(plans.length, 1)
    return plans[0]!
  }

  function assertUses(plan: string, index: RegExp): void {
    assert.match(plan, index)
    assert.doesNotMatch(plan, WHOLE_TABLE[target.dialect])
  }

  const place = { createdAt: MIDDLE, sid: Buffer.alloc(32, 128) }
  // Those of partitions are named by their column.
  const byCreation = /created_index|created_at_idx/
  const byUser = /user_id_i(nde|d)x/
  const byKey = /stored_sessions(_p00)?_pkey|"PRIMARY"|autoindex_stored_sessions_1/

  for (const [name, behind] of [
    ['first', undefined],
    ['second', place],
  ] as const) {
    test(`the ${name} page of everything comes from the index, sorted but for rows of one moment`, async () => {
      for (const state of [undefined, { is: 'live', now: START, tooOld: 0 }] as const) {
        const plan = await planOf((listing) => listing.list(state ? { state } : {}, behind, 51))
        assertUses(plan, byCreation)
        assert.doesNotMatch(plan, WHOLE_SORT[target.dialect])
      }
    })

    test(`the ${name} page of a user reads the rows of this user`, async () => {
      assertUses(await planOf((listing) => listing.list({ userId: 'user-7' }, behind, 51)), byUser)
    })
  }

  test('a page of an age begins at this age', async () => {
    const filter = { createdFrom: MIDDLE, createdBefore: MIDDLE + 1_000 }
    assertUses(await planOf((listing) => listing.list(filter, undefined, 51)), byCreation)
  })

  test('the sessions of a user are counted and ended by the index', async () => {
    const end = { endedAt: START, endReason: 'revoked', trimAt: START } as const
    const exceptSid = Buffer.alloc(32)
    assertUses(await planOf((listing) => listing.count({ userId: 'user-7', isUnended: true })), byUser)
    assertUses(await planOf((listing) => listing.endAll({ userId: 'user-7', exceptSid }, end)), byUser)
  })

  test('a batch of all sessions is found and ended by the index', async () => {
    const end = { endedAt: START, endReason: 'revoked', trimAt: START } as const
    const filter = { createdFrom: MIDDLE, createdBefore: MIDDLE + 500 }
    assertUses(await planOf((listing) => listing.nthCreation(MIDDLE, 500)), byCreation)
    assertUses(await planOf((listing) => listing.endAll(filter, end)), byCreation)
  })

  test('statistics read a sample of the rows, and the oldest from the index', async () => {
    const moment = { now: START, tooOld: 0 }
    const upTo = Buffer.alloc(32)
    upTo.writeUInt16BE(65_536 / 20)
    assertUses(await planOf((listing) => listing.nthKey(5_000)), byKey)
    assertUses(await planOf((listing) => listing.tally(moment, upTo)), byKey)
    assertUses(await planOf((listing) => listing.nthCreation(-1, 1)), byCreation)
  })
})
