import { mock } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { Random } from '../history/random.ts'
import { openApp, sessionOf } from '../support/app.ts'
import { userIdOf } from '../support/user-id.ts'
import { sessionCookieOf } from '../support/visitor.ts'
import { SimulatedBrowser } from './simulated-browser.ts'

const SECOND = 1_000
const OVERLAP = 10 * SECOND
const EVERY = 60 * SECOND
const BEGIN = 1_732_100_000_000

/** What a run of one seed was. */
export interface Run {
  readonly requests: number
  readonly renewals: number
  /** What went wrong; empty if nothing did. */
  readonly faults: string[]
}

/** Two processes on one database, whose sessions renew their ids, and end when an id is reused. */
export class Simulation {
  readonly #apps: FastifyInstance[] = []
  readonly #told: string[] = []
  #renewals = 0
  #leave: (() => void)[] = []

  static async open(database: string): Promise<Simulation> {
    const simulation = new Simulation()
    for (let n = 0; n < 2; n++) simulation.#apps.push(await simulation.#openApp(database))
    return simulation
  }

  async close(): Promise<void> {
    for (const app of this.#apps) await app.close()
  }

  async #openApp(database: string): Promise<FastifyInstance> {
    const app = await openApp(database, {
      options: {
        user: userIdOf,
        rotateEvery: EVERY,
        rotationOverlap: OVERLAP,
        onReuse: 'end',
        idleTimeout: '10d',
        touchInterval: 15 * SECOND,
      },
      routes: (routes) => this.#addRoutes(routes),
    })
    app.storedSession.on('gone', () => this.#told.push('gone'))
    app.storedSession.on('reused', () => this.#told.push('reused'))
    app.storedSession.on('write', ({ outcome }) => {
      if (outcome === 'renewed') this.#renewals += 1
    })
    return app
  }

  #addRoutes(app: FastifyInstance): void {
    app.get('/read', async (request) => Object.fromEntries(Object.entries(sessionOf(request))))
    app.post<{ Body: { key: string } }>('/mark', async (request) => {
      sessionOf(request)[request.body.key] = true
      return { userId: sessionOf(request).userId }
    })
    app.post<{ Body: { key: string } }>('/slow', async (request) => {
      await new Promise<void>((resolve) => this.#leave.push(resolve))
      sessionOf(request)[request.body.key] = true
      return { userId: sessionOf(request).userId }
    })
  }

  async #signIn(): Promise<string> {
    mock.timers.setTime(BEGIN)
    this.#told.length = 0
    this.#renewals = 0
    return sessionCookieOf(await this.#apps[0]!.inject({ method: 'POST', url: '/login' }))!
  }

  async #pass(ms: number): Promise<void> {
    for (const app of this.#apps) await app.storedSession.flush()
    mock.timers.setTime(Date.now() + ms)
  }

  /** One owner, and nobody else: parallel requests, slow ones, lost and late responses, long pauses, and crashes. */
  async owner(seed: number): Promise<Run> {
    const random = new Random(seed)
    const mishaps = { losses: random.pick([0, 0.1, 0.5]), latest: random.pick([1, OVERLAP / 4]) }
    const browser = new SimulatedBrowser(this.#apps, random, mishaps, await this.#signIn())
    let [requests, slow]: [number, Promise<unknown>[]] = [0, []]
    for (let step = 0; step < 12; step++) {
      const sent = Array.from({ length: 1 + random.below(6) }, () => browser.send(this.#kind(random)))
      requests += sent.length
      if (random.below(4) === 0) {
        slow.push(browser.send('/slow').answer)
        requests += 1
      }
      await Promise.all(sent.map(({ answer }) => answer))
      // What is on its way for longer than the overlap is out of what is promised.
      await this.#haveEntered(slow)
      browser.receive()
      await this.#pass(random.below(OVERLAP / 4))
      browser.receive()
      // A request that outlives its browser uses the id that was lost.
      if (slow.length === 0 && random.below(8) === 0) browser.crash(OVERLAP / 2)
      await this.#pass(random.pick([0, SECOND, OVERLAP + 1, EVERY, EVERY, 3 * EVERY, 24 * 60 * EVERY]))
      browser.receive()
      if (random.below(2) === 0) {
        await this.#finishSlow(slow)
        slow = []
      }
    }
    await this.#finishSlow(slow)
    await this.#pass(OVERLAP)
    browser.receive()
    return { requests, renewals: this.#renewals, faults: await this.#faultsOf(browser) }
  }

  #kind(random: Random) {
    return random.below(3) === 0 ? ('/mark' as const) : ('/read' as const)
  }

  async #haveEntered(slow: readonly Promise<unknown>[]): Promise<void> {
    while (this.#leave.length < slow.length) await new Promise(setImmediate)
  }

  async #finishSlow(slow: readonly Promise<unknown>[]): Promise<void> {
    for (const leave of this.#leave.splice(0)) leave()
    await Promise.all(slow)
  }

  async #faultsOf(browser: SimulatedBrowser): Promise<string[]> {
    const seen = (await browser.send('/read').answer).json()
    const lost = browser.acknowledged.filter((key) => seen[key] !== true)
    return [
      ...browser.signedOut.map((what) => `signed out: ${JSON.stringify(what)}`),
      ...(lost.length > 0 ? [`lost: ${lost}`] : []),
      ...this.#told,
    ]
  }

  /** A thief, who copies the cookie of the owner at some moment, and uses it while the owner goes on. */
  async thief(seed: number): Promise<Run> {
    const random = new Random(seed)
    const none = { losses: 0, latest: 1 }
    const owner = new SimulatedBrowser(this.#apps, random, none, await this.#signIn())
    let requests = 0
    const use = async (browser: SimulatedBrowser) => {
      requests += 1
      await browser.send('/read').answer
      await this.#pass(1)
      browser.receive()
    }
    for (let n = random.below(4); n > 0; n--) {
      await use(owner)
      await this.#pass(random.below(2 * EVERY))
    }
    const thief = new SimulatedBrowser(this.#apps, random, none, owner.cookie)
    // Each uses it within two renewals, in whichever order.
    for (let round = 0; round < 4 && !this.#told.includes('reused'); round++) {
      for (const browser of random.below(2) === 0 ? [owner, thief] : [thief, owner]) {
        await this.#pass(EVERY / 2 + random.below(EVERY))
        await use(browser)
      }
    }
    const isFound = this.#told.includes('reused')
    await use(owner)
    await use(thief)
    const isOver = owner.signedOut.length > 0 && thief.signedOut.length > 0
    return {
      requests,
      renewals: this.#renewals,
      faults: [!isFound && 'not found', !isOver && 'not over'].filter(Boolean) as string[],
    }
  }
}
