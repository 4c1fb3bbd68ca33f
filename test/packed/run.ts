import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { databaseList, databaseNames } from '../harness/selection.ts'
import { startServers } from '../harness/start-servers.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { serverNames, type TestServer, urlVariable } from '../harness/test-server.ts'
import { useExamples } from './installed-examples.ts'
import { type Node, nodeOf } from './nodes.ts'
import { packed } from './package.ts'
import { type Check, useTools } from './tools.ts'
import { PASSED, type Use, useEverywhere } from './use.ts'

// The package as its users get it: packed, installed by npm in fresh projects, and used there.
const { values } = parseArgs({
  options: {
    databases: { type: 'string', default: databaseNames.join() },
    nodes: { type: 'string', default: '20,22,24' },
    tools: { type: 'boolean', default: true },
    examples: { type: 'boolean', default: true },
  },
  // For --no-tools and --no-examples.
  allowNegative: true,
})

const majors = values.nodes.split(',').filter(Boolean).map(Number)
/** The Node of the tools and of the examples: Vitest needs 22, and it runs TypeScript itself. */
const TOOLS_NODE = 22
/** Projects that are worked on at a time. */
const LANES = 2

const folder = temporaryFolder('stored-session-consumers')
process.env.TMPDIR = folder
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1))

const servers: TestServer[] = []
const uses: Use[] = []
const checks: Check[] = []

try {
  const names = databaseList(values.databases)
  process.env.TEST_DATABASES = names.join()
  await startServers(
    serverNames.filter((name) => names.includes(name)),
    servers,
  )
  for (const { name, url } of servers) process.env[urlVariable(name)] = url
  // Reads both when it is loaded.
  const { databases } = await import('../harness/databases.ts')
  const { archive } = await packed()
  const nodes = new Map<number, Promise<Node>>()
  const node = (major: number) => {
    const known = nodes.get(major) ?? nodeOf(major, join(folder, `node-${major}`))
    nodes.set(major, known)
    return known
  }
  const tasks = majors.map((major) => async () => {
    await useEverywhere(await node(major), archive, folder, databases, (use) => tell(uses, use))
  })
  const tools = async () => useTools(await node(TOOLS_NODE), archive, folder, databases, (check) => tell(checks, check))
  if (values.tools) tasks.push(tools)
  const examples = async () => useExamples(await node(TOOLS_NODE), archive, databases, (check) => tell(checks, check))
  if (values.examples) tasks.push(examples)
  await Promise.all(Array.from({ length: LANES }, () => workThrough(tasks)))
  report()
} finally {
  await Promise.allSettled(servers.map((server) => server.remove()))
}

async function workThrough(tasks: (() => Promise<void>)[]): Promise<void> {
  for (let task = tasks.shift(); task; task = tasks.shift()) await task()
}

function tell<Line extends Use | Check>(lines: Line[], line: Line): void {
  lines.push(line)
  const { result, ...what } = line
  console.log(`${Object.values(what).join(', ')}: ${result}`)
}

function report(): void {
  const failed = [...uses, ...checks].filter(({ result }) => result !== PASSED)
  const short = ({ result, ...what }: Use | Check) => ({ ...what, result: result.split('\n')[0]!.slice(0, 60) })
  console.table(uses.map(short))
  console.table(checks.map(short))
  if (failed.length > 0 || uses.length + checks.length === 0) process.exitCode = 1
}
