import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { secret } from '../support/stores.ts'
import { builtCommand } from './built-command.ts'

/** How a command ended. */
export interface CommandEnd {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that is under way. */
export interface RunningCommand {
  readonly child: ChildProcess
  readonly end: Promise<CommandEnd>
  /** What it said so far. */
  stderr(): string
}

/** Where a command runs: no variable of this process that stands for a setting gets there. */
export interface CommandPlace {
  /** What stdin has; nothing without it. */
  readonly input?: Readable
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

/** The variables with which a command finds the sessions of a test. */
export const settingsFor = (database: { url: string }) => ({ DATABASE_URL: database.url, SESSION_SECRET: secret })

/** Runs `stored-session` in a process of its own, to its end. */
export async function commandLine(args: readonly string[], place: CommandPlace = {}): Promise<CommandEnd> {
  return (await startCommand(args, place)).end
}

/** Starts `stored-session` in a process of its own. */
export async function startCommand(
  args: readonly string[],
  { cwd, env, input }: CommandPlace = {},
): Promise<RunningCommand> {
  const child = spawn(process.execPath, [await builtCommand(), ...args], {
    ...(cwd !== undefined && { cwd }),
    env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  if (input) input.pipe(child.stdin)
  else child.stdin.end()
  const told = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (data) => {
      told[name] += data
    })
  }
  const end = once(child, 'close').then(() => ({ code: child.exitCode, ...told }))
  return { child, end, stderr: () => told.stderr }
}
