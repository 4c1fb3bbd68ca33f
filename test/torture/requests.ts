import { Agent, request } from 'node:http'

export interface Answer {
  /** Undefined when the application was not there, or was gone before it answered. */
  status: number | undefined
  body: Record<string, unknown>
  /** The `Set-Cookie` line of the session, if any. */
  cookie: string | undefined
  /** When it arrived, epoch milliseconds. */
  at: number
  tookMs: number
}

type Received = Omit<Answer, 'at' | 'tookMs'>

/** A request that takes longer hangs. */
const LIMIT_MS = 15_000

/** Sends requests to applications, to any of them each, over connections that it keeps, and notes how that goes. */
export class Requests {
  longestMs = 0
  /** When the last one failed, however long it took to. Epoch milliseconds. */
  lastFailureAt = 0
  /** When the last one succeeded. */
  lastSuccessAt = 0
  succeeded = 0
  failed = 0
  readonly #agent = new Agent({ keepAlive: true })
  readonly #ports: readonly number[]

  constructor(ports: readonly number[]) {
    this.#ports = ports
  }

  async send(method: 'GET' | 'POST', path: string, cookie?: string, body?: object): Promise<Answer> {
    const begun = performance.now()
    const answer = await this.#answerTo(method, path, cookie, body && JSON.stringify(body))
    const took = performance.now() - begun
    const at = Date.now()
    this.longestMs = Math.max(this.longestMs, took)
    const isGood = answer.status !== undefined && answer.status < 500
    if (isGood) this.succeeded++
    else this.failed++
    if (isGood) this.lastSuccessAt = at
    else this.lastFailureAt = at
    return { ...answer, at, tookMs: took }
  }

  close(): void {
    this.#agent.destroy()
  }

  #answerTo(method: string, path: string, cookie?: string, payload?: string): Promise<Received> {
    const headers = {
      ...(cookie && { cookie }),
      ...(payload && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
    }
    const port = this.#ports[Math.floor(Math.random() * this.#ports.length)]!
    const options = { host: '127.0.0.1', port, agent: this.#agent, method, path, headers }
    return new Promise((resolve) => {
      const nobody = () => resolve({ status: undefined, body: {}, cookie: undefined })
      const sent = request({ ...options, timeout: LIMIT_MS }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part) => parts.push(part))
        response.on('error', nobody)
        response.on('end', () => {
          const line = response.headers['set-cookie']?.find((candidate) => candidate.startsWith('sessionId='))
          const body = JSON.parse(Buffer.concat(parts).toString() || '{}')
          resolve({ status: response.statusCode, body, cookie: line?.split(';')[0] })
        })
      })
      sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
      sent.on('error', nobody)
      sent.end(payload)
    })
  }
}
