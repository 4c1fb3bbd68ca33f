import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from './harness/temporary-folder.ts'

const program = fileURLToPath(new URL('../examples/app.ts', import.meta.url))
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
}

/** The example application as a process of its own. */
export class ExampleApp {
  readonly folder: string
  readonly #child: ChildProcess
  #output = ''

  constructor({ folder = temporaryFolder('example'), env }: Place) {
    this.folder = folder
    // What the developer has set must not decide what is tested.
    const { DATABASE_URL: _url, SESSION_SECRET: _secret, HOST: _host, ...inherited } = process.env
    this.#child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), program], {
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
    return /^Listening on (http:\S+)\n/m.exec(this.#output)?.[1] ?? ''
  }

  async listening(): Promise<void> {
    const signal = AbortSignal.timeout(START_LIMIT_MS)
    while (this.url === '') {
      if (this.#hasEnded) throw new Error(`the application did not start:\n${this.#output}`)
      await Promise.race([once(this.#child, 'output', { signal }), once(this.#child, 'close', { signal })])
    }
  }

  /** Sends a signal, and resolves with how the process ended: its exit code, or the signal that killed it. */
  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    this.#child.kill(signal)
    return this.ended()
  }

  async ended(): Promise<number | NodeJS.Signals | null> {
    if (running.has(this.#child)) await once(this.#child, 'close', { signal: AbortSignal.timeout(END_LIMIT_MS) })
    return this.#child.exitCode ?? this.#child.signalCode
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }
}
