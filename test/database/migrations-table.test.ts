import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { migrate, migrated } from '../migrating/migrated.ts'
import { userAfterSignIn } from '../migrating/sign-in.ts'
import { journalOf, quoted, schemaOf, tablesOf } from '../migrating/table-schema.ts'

const NAMES = ['web_sessions', 'we"ird `t`', "it's; a $1 ? -- /* \\", '"stored_sessions', 'x'.repeat(48)]

const COLUMNS = [
  'sid',
  'data',
  'version',
  'user_id',
  'created_at',
  'touched_at',
  'expires_at',
  'trim_at',
  'ended_at',
  'end_reason',
  'key_id',
  'metadata',
  'binding',
]

const MISSING = 'FST_STORED_SESSION_MISSING_TABLE'

forEachDatabase((target) => {
  test('a table of any name has columns, indexes and a journal of its own', async () => {
    const [reference, database] = [await migrated(target), await target.create()]
    for (const table of NAMES) {
      await migrate(database, { table })
      for (const suffix of ['', '_events']) {
        const expected = unnamed(await schemaOf(reference, `stored_sessions${suffix}`), 'stored_sessions')
        assert.deepEqual(unnamed(await schemaOf(database, table + suffix), table), expected)
      }
      assert.deepEqual(await journalOf(database, `${table}_migrations`), await journalOf(reference))
      assert.equal(await userAfterSignIn({ database: database.url, table, migrate: false }), 'ada')
    }
    const made = NAMES.flatMap((name) => [name, `${name}_events`, `${name}_keys`, `${name}_migrations`])
    assert.deepEqual((await tablesOf(database)).sort(), made.sort())
    await Promise.all([database.drop(), reference.drop()])
  })

  test('several tables in one database do not see each other', async () => {
    const database = await migrated(target)
    await migrate(database, { table: 'web_sessions' })
    assert.equal(await userAfterSignIn({ database: database.url, table: 'web_sessions' }), 'ada')
    assert.equal((await database.query('select sid from stored_sessions')).length, 0)
    assert.equal((await database.query('select sid from web_sessions')).length, 1)
    await database.drop()
  })

  test('a missing table stops the start and names the command', async () => {
    const database = await target.create()
    const message = /the table "stored_sessions" is missing\. Run: DATABASE_URL=… npx stored-session migrate /
    await assert.rejects(userAfterSignIn({ database: database.url, migrate: false }), { code: MISSING, message })
    assert.deepEqual(await tablesOf(database), [])
    await database.drop()
  })

  test('a missing table of another name is answered with the command that makes it', async () => {
    const database = await migrated(target)
    const options = { database: database.url, migrate: false, table: 'web_sessions' }
    const message =
      /the table "web_sessions" is missing\. Run: STORED_SESSION_TABLE=… DATABASE_URL=… npx stored-session migrate /
    await assert.rejects(userAfterSignIn(options), { code: MISSING, message })
    await database.drop()
  })

  test('a table that lacks any one of our columns stops the start and names the command', async () => {
    const database = await migrated(target)
    const message =
      /the table "stored_sessions" lacks a column that this release needs\. Run: DATABASE_URL=… npx stored-session migrate/
    for (const column of COLUMNS) {
      await rename(database, column, 'renamed')
      await assert.rejects(
        userAfterSignIn({ database: database.url, migrate: false }),
        { code: MISSING, message },
        column,
      )
      await rename(database, 'renamed', column)
    }
    assert.equal(await userAfterSignIn({ database: database.url, migrate: false }), 'ada')
    await database.drop()
  })
})

const rename = (database: TestDatabase, from: string, to: string) =>
  database.query(`alter table stored_sessions rename column ${quoted(database, from)} to ${quoted(database, to)}`)

/** A schema with a placeholder in the place of the table's name, however the database spells that. */
function unnamed(schema: unknown, table: string): unknown {
  const spellings = [table.replaceAll('"', '""'), table.replaceAll('`', '``'), table]
  const text = spellings.reduce(
    (text, spelling) => text.replaceAll(JSON.stringify(spelling).slice(1, -1), '…'),
    JSON.stringify(schema),
  )
  // PostgreSQL quotes only the names that need it.
  return JSON.parse(text.replaceAll(String.raw`\"`, ''))
}
