import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { type Node, nodeOf } from '../packed/nodes.ts'
import { useOwnFolder } from '../torture/own-folder.ts'
import { chosen, type Leg } from './legs.ts'
import { installed } from './project.ts'
import { type Outcome, testsIn } from './suite.ts'

// The tests on each Node, with the dependencies of package-lock.json, the newest and the oldest that the ranges allow.
useOwnFolder('compat')
const { legs, databases, patterns } = chosen(process.argv.slice(2))
const folder = temporaryFolder('legs')
const nodes = new Map<number, Node>()

let failed = false
for (const leg of legs) {
  const outcome = await outcomeOf(leg)
  failed ||= !outcome.passed
  console.log(`Node ${leg.major}, ${leg.versions}: ${outcome.line}`)
  if (outcome.details) console.log(outcome.details)
}
if (failed) process.exitCode = 1

async function outcomeOf(leg: Leg): Promise<Outcome> {
  try {
    const node = nodes.get(leg.major) ?? (await nodeOf(leg.major, join(folder, `node-${leg.major}`)))
    nodes.set(leg.major, node)
    const project = join(folder, `${leg.major}-${leg.versions}`)
    mkdirSync(project)
    const versions = await installed(project, node, leg)
    const outcome = await testsIn(project, node, databases, patterns)
    return { ...outcome, line: `${outcome.line} (${versions})` }
  } catch (error) {
    const { message, stderr = '' } = error as Error & { stderr?: string }
    return { passed: false, line: 'could not be installed or started', details: `${message}\n${stderr}`.trim() }
  }
}
