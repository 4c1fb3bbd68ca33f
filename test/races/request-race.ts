import { randomBytes } from 'node:crypto'
import { mock } from 'node:test'
import type { LightMyRequestResponse as Response } from 'fastify'
import { Browser } from '../support/app.ts'
import { type RequestArena, TOUCH_INTERVAL_MS } from './request-arena.ts'
import { everyInterleaving } from './scheduler.ts'

/** A session that two requests are about to race for. */
export interface Contested {
  readonly id: string
  readonly userId: string
  readonly cookies: Record<string, string>
}

/** What came of one race. */
export interface Outcome extends Contested {
  /** What the two parties answered; nothing for a call that is no request. */
  readonly a: Response
  readonly b: Response | undefined
  /** The steps in their order, as `a:read`. */
  readonly steps: readonly string[]
  readonly events: RequestArena['events']
  /** Somebody who comes afterwards with the cookie from before the race. */
  visit(): Promise<Record<string, unknown>>
}

type Party = (browser: Browser, contested: Contested) => Promise<Response | undefined>

export interface RequestRace {
  readonly a: Party
  readonly b: Party
  /** Whether the session's last use is so long ago that reading it causes a touch. */
  readonly stale?: boolean
}

/** Runs every interleaving of two requests with one cookie, and hands what came of each to `check`. */
export function raceRequests(
  arena: RequestArena,
  { a, b, stale = false }: RequestRace,
  check: (outcome: Outcome) => Promise<void>,
): Promise<number> {
  return everyInterleaving(async (scheduler, plan) => {
    const contested = await begin(arena)
    if (stale) mock.timers.setTime(Date.now() + TOUCH_INTERVAL_MS)
    arena.events.length = 0
    arena.schedule(scheduler)
    const [first, second] = arena.apps.map((app) => new Browser(app, contested.cookies)) as [Browser, Browser]
    const parties = { a: () => a(first, contested), b: () => b(second, contested) }
    const settled = await scheduler.run(parties, plan)
    arena.schedule(undefined)
    const steps = scheduler.decisions.map(({ label }) => label)
    const [ofA, ofB] = settled.map((result) => answerOf(result, steps))
    const visit = async () => (await new Browser(arena.apps[0], contested.cookies).get('/see')).json()
    try {
      await check({ ...contested, a: ofA!, b: ofB, steps, events: [...arena.events], visit })
    } catch (error) {
      throw withSteps(error, steps)
    }
  })
}

async function begin({ apps: [app] }: RequestArena): Promise<Contested> {
  const browser = new Browser(app)
  const userId = randomBytes(8).toString('hex')
  const { id } = (await browser.post('/begin', { userId })).json()
  return { id, userId, cookies: browser.cookies() }
}

function answerOf(result: PromiseSettledResult<unknown>, steps: readonly string[]): Response | undefined {
  if (result.status === 'fulfilled') return result.value as Response | undefined
  throw withSteps(result.reason, steps)
}

/** The steps are what it takes to see the race again. */
function withSteps(error: unknown, steps: readonly string[]): Error {
  const { message } = error as Error
  return Object.assign(error as Error, { message: `${message}\nafter ${steps.join(' ')}` })
}
