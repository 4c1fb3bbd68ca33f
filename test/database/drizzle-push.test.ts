import assert from 'node:assert/strict'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { drizzleKit, repository } from '../migrating/drizzle-kit.ts'
import { migrated } from '../migrating/migrated.ts'
import { userAfterSignIn } from '../migrating/sign-in.ts'
import { tablesOf } from '../migrating/table-schema.ts'

const DIALECTS = { pg: 'postgresql', mysql: 'mysql', sqlite: 'sqlite' }

forEachDatabase((target) => {
  test('pushing the schema of an application leaves the sessions alone with the filter, and drops them without', async () => {
    const database = await migrated(target)
    await userAfterSignIn({ database: database.url, migrate: false })
    const before = (await tablesOf(database)).filter((table) => table.startsWith('stored_sessions'))
    assert.ok(before.length >= 3, `${before}`)

    await push(database, "tablesFilter: ['!stored_sessions*'],")
    assert.deepEqual((await tablesOf(database)).sort(), [...before, 'orders'].sort())
    assert.equal((await database.query('select sid from stored_sessions')).length, 1)

    await push(database, '')
    assert.deepEqual(await tablesOf(database), ['orders'])
    await database.drop()
  })
})

/** Pushes a schema of one table, as `npx drizzle-kit push --force` does. */
async function push({ dialect, url }: TestDatabase, setting: string): Promise<void> {
  const folder = temporaryFolder('push')
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
  const make = { pg: 'pgTable', mysql: 'mysqlTable', sqlite: 'sqliteTable' }[dialect]
  writeFileSync(
    join(folder, 'schema.ts'),
    `import { ${make}, text } from 'drizzle-orm/${dialect}-core'
    export const table = ${make}('orders', { name: text() })`,
  )
  writeFileSync(
    join(folder, 'drizzle.config.ts'),
    `export default {
      dialect: '${DIALECTS[dialect]}',
      schema: './schema.ts',
      dbCredentials: { url: ${JSON.stringify(url.replace(/^sqlite:/, ''))} },
      ${setting}
    }`,
  )
  await drizzleKit(folder, ['push', '--force'], {})
}
