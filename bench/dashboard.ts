/**
 * `npm run bench:dashboard [-- --rows=5000000] [--databases=sqlite,postgres,mariadb,mysql]`: how long the pages of mission
 * control take on a table of this size. It fails when the p95 of a page exceeds 150 ms.
 */
import { parseArgs } from 'node:util'
import { findServer, ownServer } from '../test/harness/find-server.ts'
import { createMysqlDatabase } from '../test/harness/mysql-database.ts'
import { createPostgresDatabase } from '../test/harness/postgres-database.ts'
import { type DatabaseName, databaseList } from '../test/harness/selection.ts'
import { createSqliteDatabase } from '../test/harness/sqlite-database.ts'
import type { TestDatabase } from '../test/harness/test-database.ts'
import { measurePages } from './dashboard/page-times.ts'
import { fillTable } from './growth/filled-table.ts'

const MOST_MS = 150

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '5000000' }, databases: { type: 'string', default: 'sqlite,postgres' } },
})

for (const name of databaseList(values.databases)) {
  const { database, remove } = await databaseOf(name)
  try {
    const { store } = await fillTable(database, Number(values.rows))
    await store.close()
    console.log(
      `\n${name}, ${Number(values.rows).toLocaleString('en')} rows, milliseconds\n\n| page | median | p95 |\n| --- | --- | --- |`,
    )
    for (const { path, median, p95 } of await measurePages(database.url)) {
      console.log(`| \`${path || '/'}\` | ${median.toFixed(0)} | ${p95.toFixed(0)} |`)
      if (p95 > MOST_MS) process.exitCode = 1
    }
  } finally {
    await database.drop()
    await remove()
  }
}

async function databaseOf(name: DatabaseName): Promise<{ database: TestDatabase; remove: () => Promise<unknown> }> {
  if (name === 'sqlite') return { database: await createSqliteDatabase(), remove: async () => {} }
  const server = await (name === 'postgres' ? findServer(name) : ownServer(name, ['--innodb-buffer-pool-size=2G']))
  await server.start()
  const create = name === 'postgres' ? createPostgresDatabase : (url: string) => createMysqlDatabase(name, url)
  return { database: await create(server.url), remove: () => server.remove() }
}
