import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** How a script of its own process ended. */
export interface ScriptEnd {
  /** The exit code; null when it had to be killed. */
  code: number | null
  output: string
  errors: string
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A script that takes longer never ends by itself. */
const LIMIT_MS = 20_000

/** Runs JavaScript in a process of its own, which may import `./src/index.ts`. */
export async function runScript(source: string, env: NodeJS.ProcessEnv = {}): Promise<ScriptEnd> {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', source]
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  clearTimeout(limit)
  return { code: child.exitCode, output, errors }
}
