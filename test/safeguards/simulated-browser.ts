import type { FastifyInstance, LightMyRequestResponse as Response } from 'fastify'
import type { Random } from '../history/random.ts'
import { sessionCookieOf } from '../support/visitor.ts'

/** A response on its way to the browser. */
interface OnItsWay {
  readonly response: Response
  readonly arrivesAt: number
}

/** The cookie of a browser, and the one that it would have after a crash. */
interface Jar {
  cookie: string
  readonly since: number
}

/** What a request of the browser was, and what became of it. */
export interface Sent {
  readonly key: string | undefined
  readonly answer: Promise<Response>
}

/** What may happen to a browser. */
export interface Mishaps {
  /** How likely a response is lost. */
  readonly losses: number
  /** A response arrives so much later at most, in milliseconds. */
  readonly latest: number
}

/**
 * A browser with one jar of cookies for all tabs. It sends requests in parallel, to either of the processes, and gets the
 * responses in another order, late, or never.
 */
export class SimulatedBrowser {
  readonly #apps: readonly FastifyInstance[]
  readonly #random: Random
  readonly #mishaps: Mishaps
  readonly #jars: Jar[] = []
  #onTheirWay: OnItsWay[] = []
  /** Keys whose change was acknowledged by the server, whether or not the browser got the response. */
  readonly acknowledged: string[] = []
  /** Responses of requests that had no session. */
  readonly signedOut: unknown[] = []
  #changes = 0

  constructor(apps: readonly FastifyInstance[], random: Random, mishaps: Mishaps, cookie: string) {
    this.#apps = apps
    this.#random = random
    this.#mishaps = mishaps
    this.#jars.push({ cookie, since: Date.now() })
  }

  get cookie(): string {
    return this.#jars.at(-1)!.cookie
  }

  /** Sends a request that reads, or that changes a key of its own. */
  send(url: '/read' | '/mark' | '/slow'): Sent {
    const cookies = { sessionId: this.cookie }
    const app = this.#random.pick(this.#apps)
    const key = url === '/read' ? undefined : `k${this.#changes++}`
    const request = { url, cookies, ...(key ? { method: 'POST' as const, payload: { key } } : {}) }
    const answer = app.inject(request).then((response) => this.#answered(response, key))
    return { key, answer }
  }

  #answered(response: Response, key: string | undefined): Response {
    const { userId } = response.json()
    if (response.statusCode !== 200 || userId !== 'ada') this.signedOut.push([response.statusCode, response.json()])
    if (key) this.acknowledged.push(key)
    if (this.#random.next() < this.#mishaps.losses) return response
    const arrivesAt = Date.now() + this.#random.below(this.#mishaps.latest)
    this.#onTheirWay.push({ response, arrivesAt })
    return response
  }

  /** Receives the responses that have arrived by now, in the order of their arrival. */
  receive(): void {
    const now = Date.now()
    const arrived = this.#onTheirWay.filter(({ arrivesAt }) => arrivesAt <= now)
    this.#onTheirWay = this.#onTheirWay.filter(({ arrivesAt }) => arrivesAt > now)
    for (const { response, arrivesAt } of arrived.sort((one, other) => one.arrivesAt - other.arrivesAt)) {
      const cookie = sessionCookieOf(response)
      if (cookie) this.#jars.push({ cookie, since: arrivesAt })
    }
  }

  /** Loses the cookies that it got within the last moments, as a browser does that had not written them to its disk. */
  crash(moments: number): void {
    while (this.#jars.length > 1 && Date.now() - this.#jars.at(-1)!.since < moments) this.#jars.pop()
    this.#onTheirWay = []
  }
}
