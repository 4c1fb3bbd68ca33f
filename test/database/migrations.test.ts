import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { migrate, migrated } from '../migrating/migrated.ts'
import { userAfterSignIn } from '../migrating/sign-in.ts'
import { journalOf, quoted, schemaOf, tablesOf } from '../migrating/table-schema.ts'

const FAILED = { code: 'FST_STORED_SESSION_MIGRATION_FAILED' }

forEachDatabase((target) => {
  test('the store makes its table when asked to, and serves sessions from it', async () => {
    const database = await migrated(target)
    assert.deepEqual(await tablesOf(database), [
      'stored_sessions',
      'stored_sessions_events',
      'stored_sessions_keys',
      'stored_sessions_migrations',
    ])
    assert.equal(await userAfterSignIn({ database: database.url, migrate: false }), 'ada')
    await database.drop()
  })

  test('migrating a second time changes neither the schema nor the sessions', async () => {
    const database = await migrated(target)
    assert.equal(await userAfterSignIn({ database: database.url, migrate: false }), 'ada')
    const state = async () => [
      await schemaOf(database),
      await journalOf(database),
      (await database.query('select sid, version from stored_sessions')).map((row) => Object.values(row)),
    ]
    const before = await state()
    await migrate(database)
    assert.deepEqual(await state(), before)
    await database.drop()
  })

  test('a foreign table of the same name is left as it is, and migrating succeeds once it is gone', async () => {
    const database = await target.create()
    await database.query('create table stored_sessions (note integer)')
    const foreign = await schemaOf(database)
    await assert.rejects(migrate(database), FAILED)
    assert.deepEqual(await schemaOf(database), foreign)
    await database.query('drop table stored_sessions')
    await migrate(database)
    const reference = await migrated(target)
    assert.deepEqual(await schemaOf(database), await schemaOf(reference))
    assert.deepEqual(await journalOf(database), await journalOf(reference))
    await Promise.all([database.drop(), reference.drop()])
  })

  if (target.dialect === 'mysql') {
    test('a migration that was interrupted half-way is finished by the next', async () => {
      const reference = await migrated(target)
      const statements = firstMigration()
      for (let done = 1; done <= statements.length; done++) {
        const database = await target.create()
        for (const statement of statements.slice(0, done)) await database.query(statement)
        await migrate(database)
        assert.deepEqual(await schemaOf(database), await schemaOf(reference))
        assert.deepEqual(await journalOf(database), await journalOf(reference))
        await database.drop()
      }
      await reference.drop()
    })
  } else {
    test('a migration that fails half-way leaves nothing behind, and succeeds when repeated', async () => {
      const database = await target.create()
      await database.query('create table elsewhere (note integer)')
      await database.query('create index stored_sessions_trim_at_index on elsewhere (note)')
      await assert.rejects(migrate(database), FAILED)
      assert.deepEqual(await tablesOf(database), ['elsewhere'])
      await database.query('drop table elsewhere')
      await migrate(database)
      assert.equal(await userAfterSignIn({ database: database.url, migrate: false }), 'ada')
      await database.drop()
    })
  }

  if (target.dialect === 'pg') {
    test('the table keeps room for touches, and does not try to compress sealed bytes', async () => {
      const database = await migrated(target)
      // Of a partitioned table its partitions.
      const tables = await database.query(
        `select distinct reloptions from pg_class where relname ~ '^stored_sessions(_p[0-9]+)?$' and relkind = 'r'`,
      )
      assert.deepEqual(tables, [{ reloptions: ['fillfactor=80'] }])
      const [column] = await database.query(
        `select attstorage from pg_attribute where attrelid = 'stored_sessions'::regclass and attname = 'data'`,
      )
      assert.equal(column!.attstorage, 'e')
      await database.drop()
    })
  }

  if (target.dialect !== 'sqlite') {
    test('an account that may not create tables is told so, and a stronger one can go on', async () => {
      const database = await target.create()
      const account = await weakAccount(database)
      const message = target.dialect === 'pg' ? /42501: permission denied/ : /ER_TABLEACCESS_DENIED_ERROR: .* denied/
      await assert.rejects(migrate(account), { ...FAILED, message }).finally(account.drop)
      await migrate(database)
      assert.equal(await userAfterSignIn({ database: database.url, migrate: false }), 'ada')
      await database.drop()
    })

    test('a database that is not there is no failed migration', async () => {
      const database = await target.create()
      await database.drop()
      await assert.rejects(migrate(database), { code: 'FST_STORED_SESSION_UNREACHABLE' })
    })
  }
})

function firstMigration(): string[] {
  const file = new URL('../../drizzle/mysql/0000_create_stored_sessions.sql', import.meta.url)
  return readFileSync(file, 'utf8').split('--> statement-breakpoint')
}

/** An account that may connect and use what is there. */
async function weakAccount(database: TestDatabase): Promise<{ url: string; drop(): Promise<void> }> {
  const url = new URL(database.url)
  const name = `weak_${url.pathname.slice(-12)}`
  url.username = name
  url.password = 'weak'
  const schema = quoted(database, url.pathname.slice(1))
  const isPg = database.dialect === 'pg'
  const account = isPg ? name : `'${name}'@'%'`
  await database.query(
    isPg ? `create role ${name} login password 'weak'` : `create user ${account} identified by 'weak'`,
  )
  // Before PostgreSQL 15, everybody may create tables in the schema public.
  if (isPg) await database.query('revoke create on schema public from public')
  else await database.query(`grant select, insert, update, delete on ${schema}.* to ${account}`)
  const drop = async () => {
    await database.query(isPg ? `drop role ${name}` : `drop user ${account}`)
  }
  return { url: url.href, drop }
}
