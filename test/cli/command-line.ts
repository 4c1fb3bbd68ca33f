import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { secret } from '../stores.ts'

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
  /** Resolves when stderr has had this text. */
  said(part: string): Promise<void>
}

/** Where a command runs: no variable of this process that stands for a setting gets there. */
export interface CommandPlace {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const tsx = import.meta.resolve('tsx')

/** The variables with which a command finds the sessions of a test. */
export const settingsFor = (database: { url: string }) => ({ DATABASE_URL: database.url, SESSION_SECRET: secret })

/** Runs `stored-session` from the sources, in a process of its own, to its end. */
export function commandLine(args: readonly string[], place: CommandPlace = {}): Promise<CommandEnd> {
  return startCommand(args, place).end
}

/** Starts `stored-session` from the sources, in a process of its own. */
export function startCommand(args: readonly string[], { cwd, env }: CommandPlace = {}): RunningCommand {
  const child = spawn(process.execPath, ['--import', tsx, main, ...args], {
    ...(cwd !== undefined && { cwd }),
    env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let told = ''
  child.stderr.on('data', (data) => {
    told += data
  })
  const ended = async (): Promise<CommandEnd> => {
    const [stdout] = await Promise.all([text(child.stdout), once(child, 'close')])
    return { code: child.exitCode, stdout, stderr: told }
  }
  return {
    child,
    end: ended(),
    async said(part) {
      while (!told.includes(part)) await once(child.stderr, 'data')
    },
  }
}
