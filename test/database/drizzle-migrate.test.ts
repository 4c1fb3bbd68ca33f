import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { drizzleKit, repository } from '../migrating/drizzle-kit.ts'
import { migrate, migrated } from '../migrating/migrated.ts'
import { userAfterSignIn } from '../migrating/sign-in.ts'
import { journalOf, schemaOf, tablesOf } from '../migrating/table-schema.ts'

forEachDatabase((target) => {
  test('drizzle-kit migrates, and the store after it finds nothing left to do', async () => {
    const [database, reference] = [await target.create(), await migrated(target)]
    await migrateWithKit(database)
    assert.deepEqual(await stateOf(database), await stateOf(reference))
    assert.equal(await userAfterSignIn({ database: database.url, migrate: false }), 'ada')
    await migrate(database)
    assert.deepEqual(await stateOf(database), await stateOf(reference))
    assert.equal(await userAfterSignIn({ database: database.url }), 'ada')
    await Promise.all([database.drop(), reference.drop()])
  })

  test('the store migrates, and drizzle-kit after it finds nothing left to do', async () => {
    const database = await migrated(target)
    const before = await stateOf(database)
    await migrateWithKit(database)
    assert.deepEqual(await stateOf(database), before)
    assert.equal(await userAfterSignIn({ database: database.url }), 'ada')
    await database.drop()
  })
})

// mariadb:// is a form of ours alone.
function migrateWithKit({ name, url }: TestDatabase): Promise<string> {
  const ours = name === 'mariadb' ? url.replace(/^mysql:/, 'mariadb:') : url
  return drizzleKit(repository, ['migrate'], { DATABASE_URL: ours })
}

/** Everything that migrating leaves behind. */
async function stateOf(database: TestDatabase): Promise<unknown> {
  const journal = await schemaOf(database, 'stored_sessions_migrations')
  return [await tablesOf(database), await schemaOf(database), journal, await journalOf(database)]
}
