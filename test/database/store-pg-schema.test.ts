import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PgSchema, pgSchema, text } from 'drizzle-orm/pg-core'
import { openDatabase } from '../../src/database/open.ts'
import { StoredSessionStore, type StoreOptions } from '../../src/index.ts'
import { storedSessionsColumns, storedSessionsIndexes, storedSessionsTable } from '../../src/schema/pg.ts'
import { databases, type TestDatabase } from '../harness/databases.ts'
import { migrate } from '../migrating/migrated.ts'
import { userAfterSignIn } from '../migrating/sign-in.ts'
import { load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'

const refusal = (table: StoreOptions['table'], database = 'postgres://h/d') => {
  try {
    new StoredSessionStore({ database, secret, table: table as string })
  } catch (error) {
    return (error as Error).message
  }
  return undefined
}

describe('a name of a table with dots', () => {
  test('is refused on PostgreSQL where they do not part a schema from a table', () => {
    for (const table of ['a.b.c', '.sessions', 'auth.', 'auth.we"ird', '"auth.sessions', 'auth."a"b"', 'auth.""']) {
      assert.match(refusal(table) ?? '', /has a dot without a name before or after it; write schema\.table/, table)
    }
    assert.match(refusal(`${'s'.repeat(64)}.t`) ?? '', /schema of at most 63 bytes/)
    assert.match(refusal(`auth.${'t'.repeat(49)}`) ?? '', /a name of 1 to 48 bytes/)
    for (const table of [`${'s'.repeat(63)}.${'t'.repeat(48)}`, '"a.b".c', 'a."b.c"', '"a.b"']) {
      assert.equal(refusal(table), undefined, table)
    }
  })

  test('is a name like any other elsewhere', () => {
    assert.equal(refusal('a.b.c', 'sqlite:a.db'), undefined)
    assert.equal(refusal('a.b.c', 'mysql://h/d'), undefined)
  })
})

/** Names, and the schema and table that PostgreSQL then has. */
const NAMES: [name: string, schema: string, table: string][] = [
  ['auth.sessions', 'auth', 'sessions'],
  ['Auth."web.Sessions"', 'Auth', 'web.Sessions'],
  ['"we""ird.schema"."it\'s `t`"', 'we"ird.schema', "it's `t`"],
  ['public.web', 'public', 'web'],
  ['"dotted.name"', 'public', 'dotted.name'],
]

for (const target of databases.filter(({ dialect }) => dialect === 'pg')) {
  describe(target.name, () => {
    for (const [name, schema, table] of NAMES) {
      test(`a table in a schema is made by the migrations, with its keys, events and journal: ${name}`, async () => {
        const suffixes = ['', '_events', '_keys', '_migrations']
        const quotedPlace = `"${schema.replaceAll('"', '""')}"."${table}`
        const database = await target.create()
        const opened = await openDatabase('pg', database.url, name)
        const statements = (await opened.migrations!()).flatMap((migration) => migration.statements)
        for (const statement of statements) await database.query(statement)
        assert.ok((await opened.migrations!()).every(({ isApplied }) => isApplied))
        await opened.close()
        for (const suffix of suffixes) await database.query(`drop table ${quotedPlace}${suffix}"`)
        await migrate(database, { table: name })
        await migrate(database, { table: name })
        assert.deepEqual(
          await tables(database),
          suffixes.map((suffix) => `${schema} ${table}${suffix}`),
        )
        assert.equal(await userAfterSignIn({ database: database.url, table: name, migrate: false }), 'ada')
        const [indexes] = await database.query(
          `select count(*)::int as n from pg_indexes where schemaname = '${schema}' 
             and (indexname like '%_index' or indexname like '%_by_%')`,
        )
        assert.equal(indexes!.n, 7)
        await database.drop()
      })
    }

    test('a table in a schema is the same as the Drizzle table of that schema, for payloads too', async () => {
      const database = await target.create()
      await migrate(database, { table: 'auth.sessions' })
      const table = pgSchema('auth').table('sessions', storedSessionsColumns(), storedSessionsIndexes('sessions'))
      const id = newId()
      await using(database, { table: 'auth.sessions' }, (store) => save(store, id, newSession({ n: 1 })))
      await using(database, { table }, async (store) => assert.equal((await loaded(store, id)).n, 1))
      await database.query('create table "auth.sessions" (like auth.sessions including all)')
      await database.query('insert into "auth.sessions" select * from auth.sessions')
      for (const other of ['"auth.sessions"', storedSessionsTable('auth.sessions')]) {
        await using(database, { table: other }, async (store) => assert.equal(await load(store, id), null))
      }
      await database.drop()
    })

    test('migrating needs no right to create schemas where there is one', async () => {
      const database = await target.create()
      const role = `r${process.pid}${Date.now()}`
      await database.query(`create role ${role} login password '${role}'`)
      await database.query(`create schema auth authorization ${role}`)
      const url = new URL(database.url)
      url.username = role
      url.password = role
      await migrate({ url: url.href }, { table: 'auth.sessions' })
      assert.equal((await tables(database)).length, 4)
      await assert.rejects(migrate({ url: url.href }, { table: 'other.sessions' }), {
        code: 'FST_STORED_SESSION_MIGRATION_FAILED',
        message: /permission denied/,
      })
      await database.query('drop schema auth cascade')
      await database.query(`drop owned by ${role}`)
      await database.query(`drop role ${role}`)
      await database.drop()
    })

    test('a table that is missing in a schema stops the start, and is named with it', async () => {
      const database = await target.create()
      const missing = using(database, { table: 'auth.sessions' }, async () => {})
      const message = /the table "auth\.sessions" is missing\. Run: STORED_SESSION_TABLE=… .* or set migrate: true/
      await assert.rejects(missing, { message })
      await database.drop()
    })

    test('a table in the schema public is found there, with columns of its own, whatever the search path', async () => {
      const columns = { ...storedSessionsColumns(), userId: text('owner'), note: text() }
      const inPublic = new PgSchema('public').table('s', columns, storedSessionsIndexes('s'))
      const database = await target.create()
      await database.query('create schema app')
      await migrate(database, { table: 'public.s' })
      await database.query('alter table public.s rename column user_id to owner')
      await database.query('alter table public.s add column note text')
      const url = new URL(database.url)
      url.searchParams.set('search_path', 'app')
      assert.equal(await userAfterSignIn({ database: url.href, table: inPublic }), 'ada')
      const opened = await openDatabase('pg', url.href, inPublic)
      assert.equal(await opened.keys!.insert({ id: 7, wrapped: Buffer.of(1), createdAt: 1 }), true)
      await opened.close()
      assert.deepEqual(await database.query('select id from public.s_keys'), [{ id: '7' }])
      await database.drop()
    })
  })
}

const tables = async (database: TestDatabase) =>
  (
    await database.query(
      `select schemaname || ' ' || tablename as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema') order by tablename`,
    )
  ).map(({ name }) => name)

async function using(
  { url }: TestDatabase,
  options: Partial<StoreOptions>,
  work: (store: StoredSessionStore) => Promise<unknown>,
): Promise<void> {
  const store = new StoredSessionStore({ database: url, secret, trim: false, ...options })
  try {
    await store.ready()
    await work(store)
  } finally {
    await store.close()
  }
}
