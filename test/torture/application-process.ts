import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from '../harness/free-port.ts'
import { launchProgram, nextMessage } from '../support/child-program.ts'
import type { Begin } from './application.ts'

/** The time of a kill, and the time when the next process began; answers in between come from the killed one. */
export interface Kill {
  /** Epoch milliseconds. */
  readonly at: number
  readonly endedAt: number
}

const program = new URL('application.ts', import.meta.url)

/** An application that is killed and started again, always on one port. */
export class ApplicationProcess {
  readonly port: number
  /** How often it ended without being killed. */
  crashes = 0
  readonly kills: Kill[] = []
  readonly #begin: Begin
  #running: ChildProcess | undefined
  #spare = launchProgram(program)

  private constructor(begin: Begin) {
    this.#begin = begin
    this.port = begin.port
  }

  /** An application on a database that has the table; it is listening. */
  static async open(database: string, history?: Begin['history']): Promise<ApplicationProcess> {
    const application = new ApplicationProcess({ database, port: await freePort(), history })
    await application.start()
    return application
  }

  async start(): Promise<void> {
    const child = await this.#spare
    this.#spare = launchProgram(program)
    this.#running = child
    child.once('exit', () => {
      if (this.#running === child) this.crashes++
    })
    child.send(this.#begin)
    await nextMessage(child)
  }

  async kill(): Promise<void> {
    const child = this.#running
    this.#running = undefined
    if (!child || child.exitCode !== null) return
    const at = Date.now()
    child.kill('SIGKILL')
    await once(child, 'exit')
    this.kills.push({ at, endedAt: Date.now() })
  }

  async close(): Promise<void> {
    const spare = await this.#spare
    spare.kill('SIGKILL')
    await this.kill()
  }
}
