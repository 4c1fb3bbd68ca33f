import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { hasEnded } from '../test/harness/command.ts'
import { drive, httpRequest } from './client.ts'

const program = fileURLToPath(new URL('./app.ts', import.meta.url))

export interface AppMemory {
  rss: number
  heap: number
  handles: number
}

/** The application of `app.ts` as a child process, and the cookies of those who signed in. */
export class Application {
  readonly port: number
  cookies: string[] = []
  readonly #process: ChildProcess

  static async start(store: string, url: string, { count = false, nodeOptions = [] as string[] } = {}) {
    const args = ['--import', 'tsx', ...nodeOptions, program, store, url, ...(count ? ['count'] : [])]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const ended = once(child, 'exit').then(() => {
      throw new Error(`the application with ${store} did not start`)
    })
    const [{ port }] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }]
    ended.catch(() => {})
    return new Application(child, port)
  }

  private constructor(child: ChildProcess, port: number) {
    this.#process = child
    this.port = port
  }

  get pid(): number {
    return this.#process.pid!
  }

  async signIn(sessions: number, bytes: number, connections = 16): Promise<void> {
    let user = 0
    const next = () => httpRequest(`/login/user-${++user}/${bytes}`)
    const onResponse = (response: string) => {
      const cookie = /\r\nset-cookie: (sessionId=[^;]+)/i.exec(response)
      if (cookie) this.cookies.push(cookie[1]!)
    }
    await drive({ port: this.port, connections, limit: { requests: sessions }, next, onResponse })
  }

  /** A request of somebody signed in: a change in so many of all, else a read. */
  nextRequest(writes: number): string {
    const cookie = this.cookies[Math.floor(Math.random() * this.cookies.length)]
    return httpRequest(Math.random() < writes ? '/write' : '/read', cookie)
  }

  async statements(): Promise<number> {
    return (await this.#ask<{ statements: number }>('statements')).statements
  }

  memory(): Promise<AppMemory> {
    return this.#ask('memory')
  }

  async #ask<Answer>(question: string): Promise<Answer> {
    const answer = once(this.#process, 'message')
    this.#process.send(question)
    return (await answer)[0] as Answer
  }

  async stop(): Promise<void> {
    if (hasEnded(this.#process)) return
    const exited = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    await exited
  }
}
