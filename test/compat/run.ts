import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { type Node, nodeOf } from '../packed/nodes.ts'
import { chosen, type Leg } from './legs.ts'
import { installed } from './project.ts'
import { type Outcome, testsIn } from './suite.ts'

// The tests on each Node, with the dependencies of package-lock.json, the newest and the oldest that the ranges allow.
const choice = chosen(process.argv.slice(2))
const folder = temporaryFolder('stored-session-compat')
process.env.TMPDIR = folder
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }))
const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort())

const nodes = new Map<number, Node>()
let failed = false
for (const leg of choice.legs) {
  const outcome = await outcomeOf(leg)
  if (interruption.signal.aborted) break
  failed ||= !outcome.passed
  console.log(`Node ${leg.major}, ${leg.versions}: ${outcome.line}`)
  if (outcome.details) console.log(outcome.details)
}
process.exitCode = failed || interruption.signal.aborted ? 1 : 0

async function outcomeOf(leg: Leg): Promise<Outcome> {
  try {
    const node = nodes.get(leg.major) ?? (await nodeOf(leg.major, join(folder, `node-${leg.major}`)))
    nodes.set(leg.major, node)
    const project = join(folder, `${leg.major}-${leg.versions}`)
    mkdirSync(project)
    const versions = await installed(project, node, leg)
    if (interruption.signal.aborted) return { passed: false, line: 'interrupted' }
    const outcome = await testsIn(project, node, choice, interruption.signal)
    return { ...outcome, line: `${outcome.line} (${versions})` }
  } catch (error) {
    const { message, stderr = '' } = error as Error & { stderr?: string }
    return { passed: false, line: 'could not be installed or started', details: `${message}\n${stderr}`.trim() }
  }
}
