import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { StoreOptions, TrimOptions, TrimResult } from '../../src/index.ts'
import { secret } from '../stores.ts'
import type { TrimCall } from './child.ts'

const program = fileURLToPath(new URL('child.ts', import.meta.url))

/** A process that trims databases when it is told to. */
export class TrimmingProcess {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  static async launch(): Promise<TrimmingProcess> {
    const child = fork(program, { execArgv: ['--import', 'tsx'] })
    await once(child, 'message')
    return new TrimmingProcess(child)
  }

  async trim(url: string, options: TrimOptions, store: Partial<StoreOptions> = {}): Promise<TrimResult> {
    const answer = once(this.#child, 'message')
    this.begin(url, options, store)
    const [result] = await answer
    return result as TrimResult
  }

  /** Has it trim, and does not wait for what comes of it. */
  begin(url: string, options: TrimOptions, store: Partial<StoreOptions> = {}): void {
    this.#child.send({ url, secret, options, store } satisfies TrimCall)
  }

  /** Kills it, and waits until it is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }
}
