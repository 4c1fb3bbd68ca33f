import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Dialect, forEachDatabase, type Row, type TestDatabase } from '../../harness/databases.ts'
import { storesOn } from '../../support/stores.ts'
import { addManyRows } from '../../trimming/many-rows.ts'
import { noting, type Sent } from '../../trimming/sent-statements.ts'

/** That of a partition has a name of its own. */
const INDEX = /stored_sessions(_p\d\d)?_trim_at_i(nde|d)x/

/** From the sixth use on PostgreSQL may take a plan that does not look at the values. */
const USES = 8

forEachDatabase((target) => {
  const suite = storesOn(target)
  before(() => addManyRows(suite.database))

  for (const connections of [1, 4]) {
    test(`trimming and counting what is left go by the index, with ${connections} connection(s)`, async () => {
      const database = noting(suite.database, connections)
      const store = await suite.another({ database: database.drizzle, migrate: false })
      database.sent.length = 0
      const { trimmed, backlog } = await store.trim({ maxRows: 100, batchSize: 50, pause: 0 })
      assert.equal(trimmed, 100)
      assert.ok(backlog! >= 800)
      const plans = await plansOf(suite.database, database.sent)
      await store.close()
      await database.close()
      assert.ok(plans.length >= 3)
      for (const plan of plans) assert.doesNotMatch(plan, FULL_SCAN[target.dialect])
      // MySQL deletes by the primary key what the index has found.
      const found = plans.filter((plan) => !plan.startsWith('delete t from'))
      for (const plan of found) assert.match(plan, INDEX)
    })
  }
})

const FULL_SCAN: Record<Dialect, RegExp> = {
  pg: /Seq Scan on stored_sessions/,
  mysql: /table: (stored_sessions|t), .*(type: (ALL|index)|key: null)/,
  sqlite: /SCAN stored_sessions(?! USING)/,
}

/** Each statement over the rows that may be deleted, with the plan that the database has for it. */
async function plansOf(database: TestDatabase, sent: readonly Sent[]): Promise<string[]> {
  const statements = sent.filter(({ text }) => /trim_at|delete/i.test(text))
  return Promise.all(statements.map(async (one) => `${one.text}\n${await PLAN[database.dialect](database, one)}`))
}

const PLAN: Record<Dialect, (database: TestDatabase, statement: Sent) => Promise<string>> = {
  async pg({ query }, { text, values }) {
    // Several statements in one message, for they must share a connection.
    const uses = `EXPLAIN EXECUTE sent (${values.join()});`.repeat(USES)
    const results = (await query(`PREPARE sent AS ${text}; ${uses}`)) as unknown as Row[][]
    return results.flat().map(lineOf).join('\n')
  },
  async mysql({ query }, { text, values }) {
    return (await query(`EXPLAIN FORMAT=TRADITIONAL ${text}`, [...values])).map(lineOf).join('\n')
  },
  async sqlite({ query }, { text }) {
    return (await query(`EXPLAIN QUERY PLAN ${text}`)).map(lineOf).join('\n')
  },
}

const lineOf = (row: Row) =>
  String(row['QUERY PLAN'] ?? row.detail ?? ['table', 'type', 'key'].map((name) => `${name}: ${row[name]}`).join(', '))
