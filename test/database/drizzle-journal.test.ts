import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { migrateApplication } from '../migrating/application.ts'
import { drizzleKit, repository } from '../migrating/drizzle-kit.ts'
import { migrate } from '../migrating/migrated.ts'
import { userAfterSignIn } from '../migrating/sign-in.ts'
import { tablesOf } from '../migrating/table-schema.ts'

const OURS = {
  'the store': (database: TestDatabase) => migrate(database),
  'drizzle-kit': ({ url }: TestDatabase) => drizzleKit(repository, ['migrate'], { DATABASE_URL: url }),
}

/** Later than any migration of ours: in one journal with them, these would hide ours. */
const NEWER = 4_000_000_000_000

forEachDatabase((target) => {
  for (const [name, migrateOurs] of Object.entries(OURS)) {
    test(`an application keeps its own migrations when ${name} migrates in the midst of them`, async () => {
      const database = await target.create()
      await migrateApplication(database, applicationMigrations(['orders']))
      await migrateOurs(database)
      assert.equal(await userAfterSignIn({ database: database.url, migrate: false }), 'ada')
      await migrateApplication(database, applicationMigrations(['orders', 'invoices']))
      await migrateOurs(database)
      const tables = await tablesOf(database)
      for (const table of ['orders', 'invoices', 'stored_sessions']) assert.ok(tables.includes(table), table)
      assert.equal(await countApplied(database), 2)
      assert.equal((await database.query('select sid from stored_sessions')).length, 1)
      await database.drop()
    })
  }
})

/** A folder as drizzle-kit generates it, with one migration for each table. */
function applicationMigrations(tables: string[]): string {
  const folder = temporaryFolder('application')
  const entries = tables.map((tag, idx) => ({ idx, version: '7', when: NEWER + idx, tag, breakpoints: true }))
  mkdirSync(join(folder, 'meta'))
  writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify({ version: '7', dialect: 'any', entries }))
  for (const table of tables) writeFileSync(join(folder, `${table}.sql`), `create table ${table} (id integer)`)
  return folder
}

async function countApplied(database: TestDatabase): Promise<number> {
  const journal = database.dialect === 'pg' ? 'drizzle.__drizzle_migrations' : '__drizzle_migrations'
  return (await database.query(`select hash from ${journal}`)).length
}
