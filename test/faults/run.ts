import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { type DatabaseName, databaseList, databaseNames } from '../harness/selection.ts'
import { TcpProxy } from '../harness/tcp-proxy.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { type OwnDatabase, ownDatabase } from '../torture/own-database.ts'
import { codeFaults } from './code-faults.ts'
import { cutReplies, everyByte } from './cut-replies.ts'
import { type Fault, type Trial, tryFault } from './fault.ts'
import { type Ground, openGround } from './ground.ts'
import { lockFault } from './lock-fault.ts'
import { networkFaults } from './network-faults.ts'
import { operationNames } from './operations.ts'
import { readOnlyServer, serverFaults } from './server-faults.ts'
import { connectionFaults, sqliteFaults } from './sqlite-faults.ts'

/** Tries every fault on every database, cuts every reply at every byte, and writes the tables into the documentation. */

const { values } = parseArgs({ options: { databases: { type: 'string', default: databaseNames.join() } } })

process.env.TMPDIR = temporaryFolder('stored-session-faults')
process.on('exit', () => rmSync(process.env.TMPDIR!, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

const PAGE = new URL('../../docs/reliability.md', import.meta.url)
const TITLES: Record<DatabaseName, string> = {
  sqlite: 'SQLite',
  postgres: 'PostgreSQL',
  mariadb: 'MariaDB',
  mysql: 'MySQL',
}
const trials: string[] = []
const cuts: string[] = []

const names = databaseList(values.databases)
// Alone, because one of its faults is one of the process.
if (names.includes('sqlite')) await tryAll('sqlite')
await Promise.all(names.filter((name) => name !== 'sqlite').map(tryAll))
if (values.databases === databaseNames.join()) write()

async function tryAll(name: DatabaseName): Promise<void> {
  const own = await ownDatabase(name)
  const label = `${TITLES[name]} ${own.server?.version.replace(/-.*/, '') ?? sqliteVersion()}`
  try {
    if (own.server) await tryServer(label, name, own)
    else await tryFile(label, own)
  } finally {
    await own.remove()
  }
}

async function tryServer(label: string, name: DatabaseName, { database, server }: OwnDatabase): Promise<void> {
  const proxy = await TcpProxy.open(database.url)
  const ground = await openGround({ database, proxy, server })
  const codes = codeFaults(database.dialect as 'pg' | 'mysql')
  const faults = [
    ...serverFaults,
    ...(name === 'mariadb' ? [] : [readOnlyServer]),
    ...networkFaults,
    lockFault,
    ...codes,
  ]
  await tryOn(label, ground, faults)
  for (const { statement, length, cuts: count, done, longestMs } of await cutReplies(database, everyByte)) {
    note(cuts, [label, statement, length, count, count - done, done, Math.round(longestMs)])
  }
}

async function tryFile(label: string, { database }: OwnDatabase): Promise<void> {
  await tryOn(label, await openGround({ database, proxy: undefined, server: undefined }), sqliteFaults)
  const client = new Database(':memory:')
  const ground = await openGround({ database, proxy: undefined, server: undefined }, drizzle(client))
  await tryOn(label, ground, connectionFaults(client))
}

async function tryOn(label: string, ground: Ground, faults: readonly Fault[]): Promise<void> {
  for (const fault of faults) {
    const { outcomes, recoveryMs } = await tryFault(ground, fault)
    note(trials, [fault.name, label, ...operationNames.map((name) => cell(outcomes[name])), Math.round(recoveryMs)])
  }
  await ground.app.close()
  await ground.proxy?.close()
}

function cell({ outcome, ms }: Trial['outcomes']['get']): string {
  return `${outcome}, ${Math.round(ms)}`
}

function note(rows: string[], cells: (string | number)[]): void {
  rows.push(`| ${cells.join(' | ')} |`)
  console.log(rows.at(-1))
}

function write(): void {
  const page = readFileSync(PAGE, 'utf8')
  writeFileSync(PAGE, between(between(page, 'faults', byDatabase(trials)), 'cut replies', byDatabase(cuts)))
}

/** The servers are tried side by side. */
function byDatabase(rows: readonly string[]): string[] {
  return Object.values(TITLES).flatMap((title) => rows.filter((row) => row.includes(`| ${title} `)))
}

/** Puts the rows behind the heading of the table between two markers. */
function between(page: string, name: string, rows: readonly string[]): string {
  const [begin, end] = [`<!-- ${name}: made by npm run faults -->`, `<!-- end of ${name} -->`]
  const [before, rest] = page.split(begin) as [string, string]
  const [table, after] = rest.split(end) as [string, string]
  const heading = table.trim().split('\n').slice(0, 2)
  return `${before}${begin}\n\n${[...heading, ...rows].join('\n')}\n\n${end}${after}`
}

function sqliteVersion(): string {
  const client = new Database(':memory:')
  const version = String(client.prepare('SELECT sqlite_version()').pluck().get())
  client.close()
  return version
}
