import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TABLES } from '../database/own-tables.ts'
import { type Dialect, forEachDatabase } from '../harness/databases.ts'
import { migrate, migrated } from '../migrating/migrated.ts'
import { userAfterSignIn } from '../migrating/sign-in.ts'
import { findingsOf, runSql, schemaFindings, theOne, wrongIn } from './findings.ts'

/** What may happen to a table at once, as SQL, and what the doctor says of it. */
interface Accident {
  readonly sql: readonly string[]
  readonly said: readonly string[]
}

const INDEXES = { user_id: 'user_id', created_at: 'created', trim_at: 'trim_at', key_id: 'key_id' }

const dropIndex = (dialect: Dialect, word: string) =>
  `DROP INDEX stored_sessions_${word}_index${dialect === 'mysql' ? ' ON stored_sessions' : ''}`

function dropColumn(dialect: Dialect, column: string): string[] {
  const word = INDEXES[column as keyof typeof INDEXES]
  // The servers drop an index with its column.
  const index = word && dialect === 'sqlite' ? [dropIndex(dialect, word)] : []
  return [...index, `ALTER TABLE stored_sessions DROP COLUMN ${column}`]
}

function lost(dialect: Dialect, ...columns: string[]): Accident {
  return {
    sql: columns.flatMap((column) => dropColumn(dialect, column)),
    said: columns.map((column) => `the column "${column}" is missing`),
  }
}

const ALTERED: Record<Dialect, Accident[]> = {
  pg: [
    {
      sql: [
        "UPDATE stored_sessions SET user_id = 'ada'",
        ...alter('ALTER touched_at TYPE text', 'ALTER data TYPE text USING data::text', 'ALTER user_id SET NOT NULL'),
        ...alter('ALTER version DROP NOT NULL', "ADD place text NOT NULL DEFAULT 'x'", 'ALTER place DROP DEFAULT'),
        dropIndex('pg', 'user_id'),
        'CREATE INDEX stored_sessions_user_id_index ON stored_sessions (user_id) WHERE ended_at IS NULL',
      ],
      said: [
        '"touched_at" is text, and must be bigint',
        '"data" is text, and must be bytea',
        '"user_id" must accept null',
        '"version" must not accept null',
        '"place" is required',
        'the index on "user_id" is not usable',
      ],
    },
    {
      sql: alter('DROP CONSTRAINT stored_sessions_pkey', 'RESET (fillfactor)', 'ALTER data SET STORAGE EXTENDED'),
      said: ['the primary key is missing', 'lacks its storage parameters'],
    },
  ],
  mysql: [
    {
      sql: [
        ...alter('MODIFY touched_at varchar(20) NOT NULL', 'MODIFY sid varbinary(40) NOT NULL'),
        ...alter('MODIFY user_id varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci'),
        ...alter('MODIFY version int', 'ADD place int NOT NULL'),
      ],
      said: [
        '"touched_at" is varchar(20)',
        '"sid" is varbinary(40), and must be binary(32)',
        '"user_id" is varchar(255) collate utf8mb4_unicode_ci',
        '"version" must not accept null',
        '"place" is required',
      ],
    },
    {
      sql: [
        ...alter('DROP PRIMARY KEY', 'DROP INDEX stored_sessions_user_id_index', 'ENGINE = MyISAM'),
        'CREATE INDEX stored_sessions_user_id_index ON stored_sessions (user_id(10))',
      ],
      said: ['the primary key is missing', 'uses the engine MyISAM', 'the index on "user_id" is not usable'],
    },
  ],
  sqlite: [
    {
      sql: [
        ...remade({ 'touched_at integer': 'touched_at text', 'key_id integer': 'key_id integer, place text NOT NULL' }),
        dropIndex('sqlite', 'user_id'),
        'CREATE INDEX stored_sessions_user_id_index ON stored_sessions (user_id) WHERE ended_at IS NULL',
      ],
      said: [
        '"touched_at" is text, and must be integer',
        '"place" is required',
        'the index on "user_id" is not usable',
      ],
    },
    {
      sql: remade({ 'PRIMARY KEY': '', 'user_id text': "user_id text NOT NULL DEFAULT ''" }),
      said: ['the primary key is missing', '"user_id" must accept null'],
    },
  ],
}

function alter(...changes: string[]): string[] {
  return changes.map((change) => `ALTER TABLE stored_sessions ${change}`)
}

/** The table of SQLite with another definition of some columns, and the same rows. */
function remade(changes: Record<string, string>): string[] {
  const columns = `sid blob PRIMARY KEY NOT NULL, data blob NOT NULL, version integer NOT NULL, user_id text,
    created_at integer NOT NULL, touched_at integer NOT NULL, expires_at integer NOT NULL, trim_at integer NOT NULL,
    ended_at integer, end_reason text, key_id integer, metadata blob, binding blob`
  const changed = Object.entries(changes).reduce((text, [part, other]) => text.replace(part, other), columns)
  return [
    'ALTER TABLE stored_sessions RENAME TO before',
    `CREATE TABLE stored_sessions (${changed})`,
    `INSERT INTO stored_sessions SELECT sid, data, version, coalesce(user_id, ''), created_at, touched_at, expires_at,
      trim_at, ended_at, end_reason, key_id${changed.includes('place') ? ", 'x'" : ''}, metadata, binding FROM before`,
    'DROP TABLE before',
    ...Object.entries(INDEXES).map(
      ([name, word]) => `CREATE INDEX stored_sessions_${word}_index ON stored_sessions (${name})`,
    ),
  ]
}

forEachDatabase((target) => {
  const { dialect } = target

  test('what happens to columns and indexes is named, and the SQL beside it repairs it', async () => {
    const database = await migrated(target)
    const accidents: Accident[] = [
      {
        sql: Object.values(INDEXES).map((word) => dropIndex(dialect, word)),
        said: Object.keys(INDEXES).map((name) => `the index on "${name}" is missing`),
      },
      lost(
        dialect,
        'version',
        'user_id',
        'touched_at',
        'expires_at',
        'ended_at',
        'end_reason',
        'key_id',
        'metadata',
        'binding',
      ),
      lost(dialect, 'trim_at'),
      ...ALTERED[dialect],
      lost(dialect, 'data', 'created_at'),
    ]
    // A row, which the repairs have to cope with.
    assert.equal(await userAfterSignIn({ database: database.url, migrate: false }), 'ada')
    for (const { sql, said } of accidents) {
      await runSql(database, sql)
      const found = await schemaFindings(database)
      const messages = found.map(({ message }) => message).join('\n')
      for (const part of said) assert.ok(messages.includes(part), `${part}: ${messages}`)
      assert.ok(
        found.some(({ level }) => level === 'fault'),
        messages,
      )
      for (const { sql: repair } of found) await runSql(database, repair!)
      const after = await schemaFindings(database)
      assert.deepEqual(
        after.map(({ level }) => level),
        ['ok'],
        JSON.stringify(after),
      )
    }
    assert.equal(await userAfterSignIn({ database: database.url, migrate: false }), 'ada')
    await database.drop()
  })

  test('a repair keeps the sessions, unless what is missing is needed to open them', async () => {
    const database = await migrated(target)
    await userAfterSignIn({ database: database.url, migrate: false })
    const rows = async (...columns: string[]) => {
      await runSql(database, lost(dialect, ...columns).sql)
      const [{ sql, remedy = '' } = assert.fail()] = await schemaFindings(database)
      await runSql(database, sql!)
      assert.equal(/all users sign in again/.test(remedy), columns.includes('data'))
      return (await database.query('SELECT sid FROM stored_sessions')).length
    }
    assert.equal(await rows('version', 'touched_at', 'expires_at', 'user_id', 'key_id'), 1)
    assert.equal(await rows('trim_at'), 1)
    assert.equal(await rows('data'), 0)
    await database.drop()
  })

  test('a missing table asks for the migrations, or for SQL where they were applied', async () => {
    const database = await target.create()
    const empty = theOne(await findingsOf(database), 'schema')
    assert.match(empty.message, /the table .stored_sessions. is missing$/)
    assert.equal(empty.remedy, 'Run: npx stored-session migrate')
    await migrate(database)
    assert.deepEqual(wrongIn(await findingsOf(database)), [])
    for (const table of ['stored_sessions', 'stored_sessions_keys']) {
      await database.query(`DROP TABLE ${table}`)
      const found = theOne(await findingsOf(database), 'schema')
      assert.equal(found.level, table === 'stored_sessions' ? 'fault' : 'warning')
      assert.match(found.message, /is missing, although the migrations were applied/)
      await runSql(database, found.sql!)
      for (const { sql } of wrongIn(await findingsOf(database))) await runSql(database, sql!)
      assert.deepEqual(wrongIn(await findingsOf(database)), [])
    }
    await database.drop()
  })

  test('a table of an older release asks for the migrations, and for no SQL that they would stumble over', async () => {
    const database = await migrated(target)
    const journal = 'stored_sessions_migrations'
    const migrations = await database.query(`SELECT created_at AS time FROM ${journal} ORDER BY created_at DESC`)
    await database.query(`DELETE FROM ${journal} WHERE created_at >= ${migrations[1]!.time}`)
    await runSql(database, lost(dialect, 'metadata', 'binding').sql)
    await database.query('DROP TABLE stored_sessions_events')
    const found = theOne(await findingsOf(database), 'schema')
    assert.match(found.message, /the column "binding" is missing\n- 2 of the migrations are not applied/)
    assert.deepEqual([found.level, found.sql], ['fault', undefined])
    await migrate(database)
    assert.deepEqual(wrongIn(await findingsOf(database)), [])
    await database.drop()
  })

  test("a table of the application's own is held to its own columns and names", async () => {
    const database = await target.create()
    if (dialect === 'pg') await database.query('CREATE SCHEMA web')
    const options = { table: TABLES[dialect], migrate: false }
    const missing = theOne(await findingsOf(database, options), 'schema')
    assert.match(missing.remedy!, /Migrate your Drizzle schema/)
    await runSql(database, missing.sql!)
    assert.deepEqual(wrongIn(await findingsOf(database, options)), [])
    const [quote, name] = dialect === 'mysql' ? ['`', 'Sitzungen `neu`'] : ['"', 'Sitzungen "neu"']
    const quoted = (word: string) => quote + word.replaceAll(quote, quote + quote) + quote
    const table = `${dialect === 'pg' ? 'web.' : ''}${quoted(name)}`
    await runSql(database, [`ALTER TABLE ${table} DROP COLUMN ${quoted('end')}`])
    const found = theOne(await findingsOf(database, options), 'schema')
    assert.match(found.message, /the column "end" is missing/)
    await runSql(database, found.sql!)
    assert.deepEqual(wrongIn(await findingsOf(database, options)), [])
    await database.drop()
  })
})
