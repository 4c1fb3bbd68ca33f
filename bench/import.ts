/**
 * `npm run bench:import [-- --rows=1000000] [--bytes=200] [--databases=sqlite,postgres,mariadb,mysql]`: imports a table of
 * another store and seals it anew, by the command line, and fails when a process takes more than 300 MB.
 */
import assert from 'node:assert/strict'
import { parseArgs } from 'node:util'
import { StoredSessionStore } from '../src/index.ts'
import { findServer } from '../test/harness/find-server.ts'
import { createMysqlDatabase } from '../test/harness/mysql-database.ts'
import { createPostgresDatabase } from '../test/harness/postgres-database.ts'
import { type DatabaseName, databaseList, databaseNames } from '../test/harness/selection.ts'
import { createSqliteDatabase, sqliteOrigin } from '../test/harness/sqlite-database.ts'
import type { TestDatabase } from '../test/harness/test-database.ts'
import { importLarge, laterSecret } from '../test/importing/large-import.ts'
import type { MeasuredCommand } from '../test/importing/memory-peak.ts'
import { otherId } from '../test/importing/table-rows.ts'
import { loaded } from '../test/support/sessions.ts'
import { say } from './growth/progress.ts'
import { machine } from './report.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    bytes: { type: 'string', default: '200' },
    databases: { type: 'string', default: databaseNames.join() },
  },
})
const rows = Number(values.rows)
const lines: string[] = []
for (const name of databaseList(values.databases)) await measure(name)
console.log(
  [`${machine()}, Node ${process.versions.node}, ${rows.toLocaleString('en')} rows`, '', ...heading(), ...lines].join(
    '\n',
  ),
)

async function measure(name: DatabaseName): Promise<void> {
  const server = name === 'sqlite' ? undefined : await findServer(name)
  await server?.start()
  const database = await create(name, server?.url ?? '')
  try {
    const tell = (step: string) => say(`${name}: ${step}`)
    const results = await importLarge(database, rows, Number(values.bytes), tell)
    for (const [what, measured] of Object.entries(results)) {
      if (measured.seconds > 10) assert.ok(measured.progress.length > 0, `${what} showed no progress`)
      lines.push(rowOf(`${name} ${server?.version ?? sqliteOrigin().version}`, what, measured))
      say(measured.progress.at(-1) ?? 'done before a line of progress was due')
    }
    await readSome(database)
  } finally {
    await database.drop()
    await server?.remove()
  }
}

function create(name: DatabaseName, url: string): Promise<TestDatabase> {
  if (name === 'sqlite') return createSqliteDatabase()
  return name === 'postgres' ? createPostgresDatabase(url) : createMysqlDatabase(name, url)
}

/** Some sessions from all over the table hold what they held. */
async function readSome(database: TestDatabase): Promise<void> {
  const store = new StoredSessionStore({ database: database.url, secret: laterSecret, trim: false })
  for (let n = 0; n < 100; n++) {
    const place = Math.floor((n * (rows - 1)) / 99)
    assert.equal((await loaded(store, otherId(place))).n, place)
  }
  await store.close()
}

function heading(): string[] {
  return [
    '| database | | seconds | rows/s | MB resident at most | lines of progress |',
    '| --- | --- | --- | --- | --- | --- |',
  ]
}

function rowOf(database: string, what: string, { seconds, peakBytes, progress }: MeasuredCommand): string {
  const cells = [
    database,
    what,
    seconds.toFixed(0),
    Math.round(rows / seconds),
    (peakBytes / 1e6).toFixed(0),
    progress.length,
  ]
  return `| ${cells.join(' | ')} |`
}
