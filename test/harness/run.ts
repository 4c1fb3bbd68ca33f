import { rmSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { GaleraCluster } from './galera-cluster.ts'
import { isGalera } from './galera-database.ts'
import type { LocalServer } from './local-server.ts'
import { PARTITIONED } from './partitioned-database.ts'
import { pgbouncerServer } from './pgbouncer-server.ts'
import { isPooled, maxPreparedStatements, type PooledName } from './pooled-database.ts'
import { type Origin, objections, readReport, resultsTable, slowestFiles } from './results.ts'
import { type Selection, select, type TargetName } from './selection.ts'
import { sqliteOrigin } from './sqlite-database.ts'
import { startServers } from './start-servers.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { TestProcess } from './test-process.ts'
import { type ServerName, serverNames, type TestServer, urlVariable } from './test-server.ts'

const folder = temporaryFolder('stored-session-test')
// Everything temporary, of the servers and of the tests, goes with this one folder.
process.env.TMPDIR = folder
process.env.TEST_BUILDS = temporaryFolder('builds')
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }))

const servers: TestServer[] = []
let cluster: GaleraCluster | undefined
const poolers = new Map<PooledName, LocalServer>()
const tests = new TestProcess()
let interrupted = false

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Stays registered: libraries that see no listener left end the process themselves.
  process.on(signal, () => interrupt(128 + constants.signals[signal]))
}

// The shell that npm puts in between passes no signal on: when it is gone, so is whoever asked for this run.
const parent = process.ppid
if (process.env.npm_lifecycle_event) {
  setInterval(() => process.ppid === parent || interrupt(1), 500).unref()
}

try {
  process.exitCode = await run(select(process.argv.slice(2)))
} catch (error) {
  // What fails while everything is being stopped is not worth telling.
  if (!interrupted) console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await removeServers()
}

async function run({ databases, files, everything }: Selection): Promise<number> {
  await startServers(
    serverNames.filter((name) => databases.includes(name) || (name === 'postgres' && databases.some(isPostgres))),
    servers,
  )
  if (databases.some(isGalera)) await startCluster()
  for (const name of databases.filter(isPooled)) await startPooler(name)
  const origins = databases.map(originOf)
  process.env.TEST_DATABASES = databases.join()
  for (const { name, url } of servers) process.env[urlVariable(name)] = url
  const resultsFile = join(folder, 'results.json')
  const code = await tests.run(files, resultsFile)
  if (interrupted) return code
  const report = readReport(resultsFile)
  console.log(`\nslowest files\n${slowestFiles(report)}\n\n${resultsTable(origins, report.counts)}`)
  const problems = objections(everything ? origins : [], report.counts)
  for (const problem of problems) console.error(problem)
  return problems.length > 0 ? code || 1 : code
}

function originOf(name: TargetName): Origin {
  if (name === 'sqlite') return sqliteOrigin()
  if (isGalera(name)) return { name, version: cluster!.version, source: cluster!.source }
  const { version, source } = isPooled(name) ? poolers.get(name)! : serverOf(isPostgres(name) ? 'postgres' : name)
  return { name, version, source }
}

function isPostgres(name: TargetName): name is PooledName | typeof PARTITIONED {
  return isPooled(name) || name === PARTITIONED
}

function serverOf(name: ServerName): TestServer {
  const server = servers.find((candidate) => candidate.name === name)
  if (!server) throw new Error(`${name} was not started`)
  return server
}

async function startCluster(): Promise<void> {
  cluster = await GaleraCluster.start()
  process.env[urlVariable('galera')] = cluster.nodes.map(({ url }) => url).join()
}

async function startPooler(name: PooledName): Promise<void> {
  const pooler = await pgbouncerServer(serverOf('postgres').url, { maxPreparedStatements: maxPreparedStatements[name] })
  poolers.set(name, pooler)
  await pooler.start()
  process.env[urlVariable(name)] = pooler.url
  console.log(`${name} ${pooler.version} (${pooler.source})`)
}

async function interrupt(code: number): Promise<void> {
  if (interrupted) return
  interrupted = true
  await tests.end()
  await removeServers()
  process.exit(code)
}

async function removeServers(): Promise<void> {
  await Promise.allSettled([...servers, ...poolers.values(), cluster].map((server) => server?.remove()))
}
