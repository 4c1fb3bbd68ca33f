import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { after, before } from 'node:test'
import type { StoreOptions, TrimOptions, TrimResult } from '../../src/index.ts'
import { launchProgram } from '../support/child-program.ts'
import { secret } from '../support/stores.ts'
import type { TrimCall } from './child.ts'

const program = new URL('child.ts', import.meta.url)

/** A process that trims databases when it is told to. */
export class TrimmingProcess {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  static async launch(): Promise<TrimmingProcess> {
    return new TrimmingProcess(await launchProgram(program))
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

/** So many of them, as long as the tests of a file run. */
export function trimmingProcesses(count: number): readonly TrimmingProcess[] {
  const processes: TrimmingProcess[] = []
  before(async () => {
    processes.push(...(await Promise.all(Array.from({ length: count }, () => TrimmingProcess.launch()))))
  })
  after(() => Promise.all(processes.map((one) => one.kill())))
  return processes
}
