/**
 * `npm run bench:growth [-- --rows=10000,1000000,5000000] [--databases=sqlite,postgres,mariadb,mysql] [--trim=1000000]
 * [--batch=500] [--pause=25] [--write]`: what reads, saves and touches cost as the table grows, and what trimming costs
 * those who use it meanwhile.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { findServer, ownServer } from '../test/harness/find-server.ts'
import { createMysqlDatabase } from '../test/harness/mysql-database.ts'
import { createPostgresDatabase } from '../test/harness/postgres-database.ts'
import { type DatabaseName, databaseList, databaseNames } from '../test/harness/selection.ts'
import { createSqliteDatabase, sqliteOrigin } from '../test/harness/sqlite-database.ts'
import type { TestDatabase } from '../test/harness/test-database.ts'
import { urlVariable } from '../test/harness/test-server.ts'
import { type FilledTable, fillTable } from './growth/filled-table.ts'
import { type DatabaseGrowth, growthReport } from './growth/growth-report.ts'
import { measureOperations } from './growth/operations.ts'
import { say } from './growth/progress.ts'
import { measureTrimming } from './growth/trimming.ts'
import { machine } from './report.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000,1000000,5000000' },
    databases: { type: 'string', default: databaseNames.join() },
    trim: { type: 'string', default: '1000000' },
    batch: { type: 'string', default: '500' },
    pause: { type: 'string', default: '25' },
    write: { type: 'boolean', default: false },
  },
})
const sizes = values.rows.split(',').map((size) => wholeNumber('rows', size))
sizes.sort((one, other) => one - other)
const trimming = { batchSize: wholeNumber('batch', values.batch), pause: wholeNumber('pause', values.pause) }
const toTrim = Math.min(wholeNumber('trim', values.trim), sizes.at(-1)! / 2)

/** The rows in use have to fit, or what is measured is the disk; PostgreSQL and SQLite have the system's cache for that. */
const bufferPool = ['--innodb-buffer-pool-size=2G']

/** What is to be undone at the end, the last first. */
const cleanups: (() => Promise<unknown>)[] = []
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(130)))
}

const results: DatabaseGrowth[] = []
const versions: string[] = []
for (const name of databaseList(values.databases)) {
  try {
    await measure(name)
  } catch (error) {
    // What others took an hour to find out is worth keeping.
    console.error(error)
    process.exitCode = 1
  } finally {
    await cleanUp()
  }
}
const text = growthReport(results, about())
console.log(text)
if (values.write && !process.exitCode) writeFileSync(new URL('growth.md', import.meta.url), text)

async function measure(name: DatabaseName): Promise<void> {
  const { create, version } = await server(name)
  versions.push(`${name} ${version}`)
  const tables: FilledTable[] = []
  for (const rows of sizes) tables.push(await filled(await create(), rows))
  const result: DatabaseGrowth = { database: name, sizes: await measureOperations(tables), trimming: undefined }
  results.push(result)
  if (toTrim > 0) result.trimming = await measureTrimming(tables.at(-1)!, toTrim, trimming)
}

async function filled(database: TestDatabase, rows: number): Promise<FilledTable> {
  cleanups.push(database.drop)
  say(`${database.name}: filling ${rows.toLocaleString('en')} rows`)
  const table = await fillTable(database, rows)
  cleanups.push(() => table.store.close())
  return table
}

async function server(name: DatabaseName): Promise<{ create: () => Promise<TestDatabase>; version: string }> {
  if (name === 'sqlite') return { create: createSqliteDatabase, version: sqliteOrigin().version }
  const isOwn = process.env[urlVariable(name)] === undefined
  const server = await (name !== 'postgres' && isOwn ? ownServer(name, bufferPool) : findServer(name))
  await server.start()
  cleanups.push(() => server.remove())
  const { url, version } = server
  return { create: () => (name === 'postgres' ? createPostgresDatabase(url) : createMysqlDatabase(name, url)), version }
}

async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
}

function about(): string[] {
  const changes = git('status', '--porcelain', 'src') ? ', with changes' : ''
  return [
    machine(),
    `Node ${process.versions.node}, ${versions.join(', ')}`,
    `commit ${git('rev-parse', '--short', 'HEAD')}${changes}`,
    '2,000 sessions in use among rows at rest of about 300 bytes; application and database share the cores',
    `trimming by batches of ${trimming.batchSize} rows with pauses of ${trimming.pause} ms`,
    `MySQL and MariaDB with ${bufferPool.join(' ')}`,
  ]
}

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8' }).trim()
}

function wholeNumber(option: string, value: string): number {
  if (/^\d+$/.test(value)) return Number(value)
  throw new Error(`--${option} takes whole numbers, and not ${value}`)
}
