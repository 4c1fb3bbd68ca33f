import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

/** A program whose stdin, stdout and stderr are a terminal. */
export interface OnTerminal {
  /** Everything that it has shown so far, with what was typed. */
  shown(): string
  /** Waits until it shows something, and says what there is instead when it ends without. */
  shows(words: string | RegExp): Promise<void>
  type(keys: string): void
  /** The exit code, when it has ended. */
  readonly code: Promise<number | null>
}

export const CTRL_C = '\u0003'

/** A program that takes longer does not end by itself. */
const LIMIT_MS = 40_000

/** Runs a program on a terminal of 100 columns. */
export function onTerminal(program: string, args: readonly string[], place: { cwd?: string; env: object }): OnTerminal {
  const [command, ...words] = inTerminal([program, ...args])
  const env = { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, TERM: 'xterm-256color', ...place.env }
  const child = spawn(command!, words, { ...place, env, stdio: ['pipe', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (data) => {
    text += data
  })
  // One that hangs is ended too.
  let hasEnded = false
  child.once('close', () => {
    hasEnded = true
  })
  const has = (words: string | RegExp) => (typeof words === 'string' ? text.includes(words) : words.test(text))
  return {
    shown: () => text,
    type: (keys) => void child.stdin.write(keys),
    code: endOf(child),
    async shows(words) {
      while (!has(words)) {
        if (hasEnded) throw new Error(`the program ended before the terminal showed ${words}:\n${text}`)
        await sleep(5)
      }
    },
  }
}

async function endOf(child: ChildProcess): Promise<number | null> {
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
  await once(child, 'close')
  clearTimeout(limit)
  return child.exitCode
}

// A program that a signal ends has 128 and its number, as a shell says it.
const PYTHON = `import os, pty, sys
code = os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:]))
sys.exit(code if code >= 0 else 128 - code)`

/** The command that runs another one on a new terminal, and ends with its exit code. */
function inTerminal(words: readonly string[]): string[] {
  const sized = `stty cols 100; exec ${words.map(quoted).join(' ')}`
  if (/util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? ''))
    return ['script', '--quiet', '--return', '--command', sized, '/dev/null']
  if (spawnSync('python3', ['--version']).status === 0) return ['python3', '-c', PYTHON, 'sh', '-c', sized]
  throw new Error('there is nothing here to make a terminal with: install script of util-linux, or python3')
}

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`
