import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

/** Many wait more than they compute: for a limit that passes, and for another process. */
const FILES_PER_CORE = 2

const reporter = fileURLToPath(new URL('./reporter.js', import.meta.url))

/** The test run as a process group of its own, so that nothing it starts can outlive it. */
export class TestProcess {
  #process: ChildProcess | undefined

  /** Resolves with the exit code, once everything the tests started has ended too. */
  async run(files: string[], resultsFile: string): Promise<number> {
    const reporters = [
      ['--test-reporter=spec', '--test-reporter-destination=stdout'],
      [`--test-reporter=${reporter}`, `--test-reporter-destination=${resultsFile}`],
    ].flat()
    const concurrency = `--test-concurrency=${FILES_PER_CORE * availableParallelism()}`
    const args = ['--import', 'tsx', '--test', concurrency, ...reporters, ...files]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true })
    this.#process = child
    process.on('exit', () => this.#signal('SIGKILL'))
    await once(child, 'exit')
    this.#signal('SIGKILL')
    return child.exitCode ?? 1
  }

  async end(): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    this.#signal('SIGTERM')
    const limit = setTimeout(() => this.#signal('SIGKILL'), 5000)
    await exited
    clearTimeout(limit)
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#process?.pid
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch {
      // The group is empty.
    }
  }
}
