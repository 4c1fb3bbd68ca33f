import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from '../harness/free-port.ts'
import { launchProgram, nextMessage } from '../support/child-program.ts'

const program = new URL('application.ts', import.meta.url)

/** An application that is killed and started again, always on one port. */
export class ApplicationProcess {
  readonly port: number
  /** How often it ended without being killed. */
  crashes = 0
  readonly #database: string
  #running: ChildProcess | undefined
  #spare = launchProgram(program)

  private constructor(database: string, port: number) {
    this.#database = database
    this.port = port
  }

  /** An application on a database that has the table; it is listening. */
  static async open(database: string): Promise<ApplicationProcess> {
    const application = new ApplicationProcess(database, await freePort())
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
    child.send({ database: this.#database, port: this.port })
    await nextMessage(child)
  }

  async kill(): Promise<void> {
    const child = this.#running
    this.#running = undefined
    if (!child || child.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  async close(): Promise<void> {
    const spare = await this.#spare
    spare.kill('SIGKILL')
    await this.kill()
  }
}
