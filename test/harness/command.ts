import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { Account } from './account.ts'

export interface Command {
  /** The program and its arguments. */
  line: string[]
  account?: Account | undefined
  env?: NodeJS.ProcessEnv
}

const running = new Set<ChildProcess>()

// Whatever ends this process, an uncaught error included, ends what it started.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Runs to the end and returns what was printed; a failure carries the last lines of it. */
export async function execute(command: Command, input = ''): Promise<string> {
  const child = launch(command, ['pipe', 'pipe', 'pipe'])
  const closed = once(child, 'close')
  // A program that ends without reading its input is judged by its exit code, not by the broken pipe.
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  const [output, errors] = await Promise.all([text(child.stdout!), text(child.stderr!), closed])
  if (child.exitCode === 0) return output
  const name = command.line.filter((word) => !word.startsWith('-')).join(' ')
  throw new Error(`${name} ended with ${ending(child)}\n${lastLines(output + errors)}`)
}

/** Starts a program that stays, with its output appended to a file. */
export function background(command: Command, logFile: string): ChildProcess {
  const log = openSync(logFile, 'a')
  try {
    const child = launch(command, ['ignore', log, log])
    // A server somebody forgot must not keep a test process from ending, which ends the server.
    child.unref()
    return child
  } finally {
    closeSync(log)
  }
}

function launch({ line: [file, ...args], account, env }: Command, stdio: ('ignore' | 'pipe' | number)[]): ChildProcess {
  const child = spawn(file!, args, {
    stdio,
    // The current folder may be one that the account cannot enter.
    cwd: '/',
    env: env ?? process.env,
    ...(account && { uid: account.uid, gid: account.gid }),
  })
  running.add(child)
  child.on('close', () => running.delete(child))
  child.on('error', () => running.delete(child))
  return child
}

export function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

export function ending(child: ChildProcess): string {
  return child.signalCode ?? `exit code ${child.exitCode}`
}

export function lastLines(output: string, count = 20): string {
  return output.trimEnd().split('\n').slice(-count).join('\n')
}
