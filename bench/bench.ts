/**
 * `npm run bench [-- --quick] [--only=ours-postgres,map] [--rounds=4] [--durable]`: ours beside what could be used instead,
 * in one run. With `--durable` every commit of PostgreSQL, MySQL and MariaDB waits for the disk.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { writePage } from './capacity/page.ts'
import { Contest, type Plan } from './contest.ts'
import { machine, report, table } from './report.ts'
import { sealingReport } from './sealing.ts'
import { measureSingleReads } from './single.ts'
import { type BenchStore, stores } from './stores.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    durable: { type: 'boolean', default: false },
  },
})

const sizes = [250, 2_048, 16_384]
const { durable } = values
const plan: Plan = values.quick
  ? { durable, rounds: Number(values.rounds ?? 1), milliseconds: 1_000, sessions: 2_000, sizes: [250] }
  : { durable, rounds: Number(values.rounds ?? 4), milliseconds: 1_500, sessions: 2_000, sizes }

const contest = new Contest(plan)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void contest.end().finally(() => process.exit(130)))
}
try {
  for (const store of chosen(values.only)) {
    process.stderr.write(`starting ${store.label}\n`)
    await contest.enter(store)
  }
  for (let round = 0; round < plan.rounds; round++) {
    process.stderr.write(`round ${round + 1} of ${plan.rounds}\n`)
    await contest.round(round)
  }
  await contest.countInside(2_000)
  const text = `${report(contest.contestants, about())}\n${await singleReads()}\n\n${sealingReport()}\n`
  console.log(text)
  // A part of it is no result for others to read.
  if (!values.only && !values.quick) {
    writeFileSync(new URL('results.md', import.meta.url), text)
    // The model of capacity goes by these costs.
    writePage()
  }
} finally {
  await contest.end()
}

function chosen(only: string | undefined): BenchStore[] {
  if (only === undefined) return stores
  const names = only.split(',')
  const unknown = names.find((name) => !stores.some((store) => store.name === name))
  if (unknown) throw new Error(`there is no store ${unknown}; there are ${stores.map(({ name }) => name).join(', ')}`)
  return stores.filter(({ name }) => names.includes(name))
}

async function singleReads(): Promise<string> {
  const rows: string[][] = []
  for (const { store, place } of contest.contestants.filter(({ store }) => store.name.startsWith('ours-'))) {
    const { raw, ours } = await measureSingleReads(place)
    rows.push([store.label, raw.toFixed(0), ours.toFixed(0), (ours / raw).toFixed(2)])
  }
  return table(['one read at a time, median µs', 'prepared SELECT', 'store.get', 'ratio'], rows)
}

function about(): string[] {
  const servers = [...contest.servers.values()].filter(({ version }) => version)
  const named = servers.map(({ kind, version, durability }) => `${kind} ${version} with ${durability}`)
  return [
    machine(),
    `Node ${process.versions.node}, ${named.join(', ')}`,
    versions(),
    `commit ${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', 'src') ? ', with changes' : ''}`,
    `${plan.sessions} signed-in sessions of 250 bytes; ${plan.rounds} rounds of ${plan.milliseconds} ms a phase`,
    'application, load and database share the cores; one store works at a time',
  ]
}

function versions(): string {
  const peers = Object.keys(JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')).dependencies)
  const installed = JSON.parse(readFileSync(new URL('package-lock.json', import.meta.url), 'utf8')).packages
  return peers.map((name) => `${name} ${installed[`node_modules/${name}`]?.version}`).join(', ')
}

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8' }).trim()
}
