import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { StoredSessionOptions } from '../../src/index.ts'
import type { Call, CallAnswer } from './child.ts'
import type { commands } from './commands.ts'

const program = fileURLToPath(new URL('child.ts', import.meta.url))

type Commands = typeof commands

/** A process with an application and a store of its own, that does what it is told. */
export class StoreProcess {
  port = 0
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (answer: CallAnswer) => void>()
  #calls = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (answer: CallAnswer) => this.#waiting.get(answer.number)?.(answer))
  }

  static async launch(): Promise<StoreProcess> {
    const child = fork(program, { execArgv: ['--import', 'tsx'] })
    await once(child, 'message')
    return new StoreProcess(child)
  }

  /** Has the process do something, and yields what came of it. */
  async do<Name extends keyof Commands>(
    name: Name,
    ...args: Parameters<Commands[Name]>
  ): Promise<Awaited<ReturnType<Commands[Name]>>> {
    const number = ++this.#calls
    const answer = await new Promise<CallAnswer>((resolve) => {
      this.#waiting.set(number, resolve)
      this.#child.send({ number, name, args } satisfies Call)
    })
    this.#waiting.delete(number)
    if (answer.failure) throw new Error(answer.failure)
    return answer.result as Awaited<ReturnType<Commands[Name]>>
  }

  async open(database: string, rolling = true, options: Partial<StoredSessionOptions> = {}): Promise<void> {
    this.port = await this.do('open', database, rolling, options)
  }

  end(): void {
    this.#child.kill('SIGKILL')
  }
}
