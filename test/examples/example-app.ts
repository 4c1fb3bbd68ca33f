import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../harness/temporary-folder.ts'

const examples = new URL('../../examples/', import.meta.url)
const LISTENING = /^Listening on (http:\S+)\n/m
const START_LIMIT_MS = 30_000
/** Less than it takes Node to give up a connection that is open and unused. */
const END_LIMIT_MS = 20_000

const running = new Set<ChildProcess>()

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export interface Place {
  /** The current folder of the application: its secret is there, and without DATABASE_URL its database too. */
  folder?: string
  env?: NodeJS.ProcessEnv
  /** Which of the examples; `app.ts` without it. */
  program?: string
  args?: readonly string[]
  /** A command in place of an example of this repository: a program, with its arguments. */
  command?: readonly [program: string, ...args: string[]]
}

/** The example application as a process of its own. */
export class ExampleApp {
  readonly folder: string
  readonly #child: ChildProcess
  #output = ''

  constructor({ folder = temporaryFolder('example'), env, program = 'app.ts', args = [], command }: Place) {
    this.folder = folder
    const example = ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL(program, examples))]
    const [executable, ...executed] = command ?? [process.execPath, ...example]
    // What the developer has set must not decide what is tested.
    const { DATABASE_URL: _url, SESSION_SECRET: _secret, HOST: _host, ...inherited } = process.env
    this.#child = spawn(executable, [...executed, ...args], {
      cwd: folder,
      env: { ...inherited, PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(this.#child)
    this.#child.on('close', () => running.delete(this.#child))
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.#output += text
        this.#child.emit('output')
      })
    }
  }

  /** Starts the application and waits for its address. */
  static async start(place: Place = {}): Promise<ExampleApp> {
    const app = new ExampleApp(place)
    await app.listening()
    return app
  }

  /** Everything that was printed so far. */
  get output(): string {
    return this.#output
  }

  /** The address that the application printed. */
  get url(): string {
    return LISTENING.exec(this.#output)?.[1] ?? ''
  }

  async listening(limit = START_LIMIT_MS): Promise<void> {
    await this.#until('listen', LISTENING, limit)
  }

  /** Waits until the output matches, and returns its first group. */
  async printed(pattern: RegExp): Promise<string> {
    await this.#until(`print ${pattern}`, pattern, START_LIMIT_MS)
    return pattern.exec(this.#output)![1] ?? ''
  }

  async #until(what: string, pattern: RegExp, limit: number): Promise<void> {
    const output = () => once(this.#child, 'output')
    await this.#inTime(what, limit, async () => {
      while (!pattern.test(this.#output)) {
        if (this.#hasEnded) throw new Error(`the application did not start:\n${this.#output}`)
        await Promise.race([output(), this.#closed()])
      }
    })
  }

  /** Sends a signal, and resolves with how the process ended: its exit code, or the signal that killed it. */
  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    this.#child.kill(signal)
    return this.ended()
  }

  async ended(): Promise<number | NodeJS.Signals | null> {
    await this.#inTime('end', END_LIMIT_MS, () => this.#closed())
    return this.#child.exitCode ?? this.#child.signalCode
  }

  async #closed(): Promise<void> {
    if (running.has(this.#child)) await once(this.#child, 'close')
  }

  /** Rather than hang, a test says what did not happen, and leaves no process. */
  async #inTime(what: string, limit: number, happen: () => Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      const error = () => new Error(`the application did not ${what} within ${limit} ms:\n${this.#output}`)
      timer = setTimeout(() => reject(error()), limit)
    })
    try {
      await Promise.race([happen(), late])
    } catch (error) {
      this.#child.kill('SIGKILL')
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }
}
