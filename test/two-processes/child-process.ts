import type { ChildProcess } from 'node:child_process'
import { after, before } from 'node:test'
import type { StoredSessionOptions } from '../../src/index.ts'
import { launchProgram } from '../support/child-program.ts'
import type { Call, CallAnswer } from './child.ts'
import type { commands } from './commands.ts'

const program = new URL('child.ts', import.meta.url)

type Commands = typeof commands

/** A process with an application and a store of its own, that does what it is told. */
export class StoreProcess {
  port = 0
  #child: ChildProcess | undefined
  readonly #waiting = new Map<number, (answer: CallAnswer) => void>()
  #calls = 0

  async launch(): Promise<void> {
    const child = await launchProgram(program)
    child.on('message', (answer: CallAnswer) => this.#waiting.get(answer.number)?.(answer))
    this.#child = child
  }

  /** Has the process do something, and yields what came of it. */
  async do<Name extends keyof Commands>(
    name: Name,
    ...args: Parameters<Commands[Name]>
  ): Promise<Awaited<ReturnType<Commands[Name]>>> {
    const number = ++this.#calls
    const answer = await new Promise<CallAnswer>((resolve) => {
      this.#waiting.set(number, resolve)
      this.#child!.send({ number, name, args } satisfies Call)
    })
    this.#waiting.delete(number)
    if (answer.failure) throw new Error(answer.failure)
    return answer.result as Awaited<ReturnType<Commands[Name]>>
  }

  async open(database: string, rolling = true, options: Partial<StoredSessionOptions> = {}): Promise<void> {
    this.port = await this.do('open', database, rolling, options)
  }

  end(): void {
    this.#child?.kill('SIGKILL')
  }
}

/** Two of them, as long as the tests of a file run. */
export function twoProcesses(): readonly [StoreProcess, StoreProcess] {
  const processes = [new StoreProcess(), new StoreProcess()] as const
  before(() => Promise.all(processes.map((one) => one.launch())))
  after(() => {
    for (const one of processes) one.end()
  })
  return processes
}
