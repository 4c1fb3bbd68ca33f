import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { Node } from '../packed/nodes.ts'
import type { Choice } from './legs.ts'

/** How a run of the tests ended. */
export interface Outcome {
  readonly passed: boolean
  readonly line: string
  /** What failed, where something did. */
  readonly details?: string
}

/** Runs the tests of a copy of the repository. After a signal it ends once the tests have removed what they started. */
export async function testsIn(
  folder: string,
  { env }: Node,
  { databases, patterns }: Pick<Choice, 'databases' | 'patterns'>,
  signal: AbortSignal,
): Promise<Outcome> {
  const args = ['--import', 'tsx', 'test/harness/run.ts', `--databases=${databases.join()}`, ...patterns]
  const child = spawn('node', args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  // A job that runs out of time shows how far it came.
  if (process.env.CI) child.stdout.pipe(process.stdout)
  const end = () => child.kill('SIGTERM')
  signal.addEventListener('abort', end)
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  signal.removeEventListener('abort', end)
  return outcomeOf(code, output, errors)
}

/** Reads the table and the failures that the run printed. */
export function outcomeOf(code: number | null, output: string, errors: string): Outcome {
  const lines = output.split('\n')
  const table = lines.slice(lines.findLastIndex((line) => line.startsWith('database ')) + 1)
  const counts = table.flatMap((line) => {
    const [, name, passed, failed] = /^(no database|\S+).*?(\d+) +(\d+)$/.exec(line) ?? []
    return name ? [`${name} ${passed} passed${failed === '0' ? '' : `, ${failed} failed`}`] : []
  })
  const line = counts.join('; ') || `no results, exit code ${code}`
  if (code === 0) return { passed: true, line }
  const failures = output.slice(output.lastIndexOf('failing tests:'))
  return { passed: false, line, details: `${output.includes('failing tests:') ? failures : output}\n${errors}`.trim() }
}
