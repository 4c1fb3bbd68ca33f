import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { background, type Command, ending, hasEnded, lastLines } from './command.ts'
import { freePort } from './free-port.ts'
import { filesBelow } from './server-files.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { ServerFile, ServerName, TestServer } from './test-server.ts'

/** One kind of server as a program on this machine. */
export interface ServerProgram {
  name: ServerName
  source: string
  /** Fills the empty folder with what the server needs for its first start. */
  initialise(folder: string): Promise<void>
  /** How to start it; asked for anew at every start, because it may look at what the last one left. */
  command(folder: string, port: number): Command | Promise<Command>
  url(port: number): string
  askVersion(url: string): Promise<string>
  /** For an orderly end, and for the quickest one that leaves no process behind. */
  signals: { stop: NodeJS.Signals; discard: NodeJS.Signals }
  /** What it logs when the remains of a killed server are not gone yet. */
  notYet?: RegExp
}

const startLimit = 60_000
const stopLimit = 30_000

export async function localServer(program: ServerProgram): Promise<LocalServer> {
  return new LocalServer(program, temporaryFolder(program.name), await freePort())
}

/** A server whose process is at hand. */
export class LocalServer implements TestServer {
  readonly name: ServerName
  readonly source: string
  readonly url: string
  version = ''
  readonly #program: ServerProgram
  readonly #folder: string
  readonly #port: number
  readonly #logFile: string
  #initialised = false
  #process: ChildProcess | undefined

  constructor(program: ServerProgram, folder: string, port: number) {
    this.name = program.name
    this.source = program.source
    this.url = program.url(port)
    this.#program = program
    this.#folder = folder
    this.#port = port
    this.#logFile = join(folder, 'log')
  }

  async start(): Promise<void> {
    if (this.#process) throw new Error(`${this.name} runs already`)
    await this.initialise()
    const deadline = Date.now() + startLimit
    while (!(await this.#launch(deadline))) await sleep(100)
  }

  /** Fills its folder, unless that was done. */
  async initialise(): Promise<void> {
    if (!this.#initialised) await this.#program.initialise(this.#folder)
    this.#initialised = true
  }

  async #launch(deadline: number): Promise<boolean> {
    const child = background(await this.#program.command(this.#folder, this.#port), this.#logFile)
    this.#process = child
    let failure: unknown
    child.on('error', (error) => {
      failure = error
    })
    while (Date.now() < deadline) {
      await sleep(50)
      if (hasEnded(child)) break
      try {
        this.version = await this.#program.askVersion(this.url)
        return true
      } catch (error) {
        failure = error
      }
    }
    return this.#giveUp(child, failure, deadline)
  }

  async #giveUp(child: ChildProcess, cause: unknown, deadline: number): Promise<false> {
    const log = lastLines(readFileSync(this.#logFile, 'utf8'))
    const how = hasEnded(child) ? `ended with ${ending(child)}` : 'did not answer in time'
    await this.#end('SIGKILL')
    if (this.#program.notYet?.test(log) && Date.now() < deadline) return false
    throw new Error(`${this.name} (${this.source}) ${how}. The end of its log:\n${log}`, { cause })
  }

  /** For messages: the last lines that it logged. */
  get endOfLog(): string {
    return lastLines(readFileSync(this.#logFile, 'utf8'), 40)
  }

  async stop(): Promise<void> {
    await this.#end(this.#program.signals.stop)
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Stops it in the middle of whatever it does: connections stay, and nothing answers. */
  pause(): void {
    this.#process?.kill('SIGSTOP')
  }

  /** Lets it go on; when it will answer is its affair. */
  resume(): void {
    this.#process?.kill('SIGCONT')
  }

  async files(): Promise<ServerFile[]> {
    return filesBelow(this.#folder)
  }

  async remove(): Promise<void> {
    await this.#end(this.#program.signals.discard)
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (!child || hasEnded(child)) return
    const exited = once(child, 'exit')
    child.kill(signal)
    const limit = setTimeout(() => child.kill('SIGKILL'), stopLimit)
    await exited
    clearTimeout(limit)
  }
}
