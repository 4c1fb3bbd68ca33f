import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** One of the parties of a race. */
export type Actor = string

interface Arrival {
  readonly actor: Actor
  readonly step: string
  /** Who has to go before. */
  readonly after: readonly Arrival[]
  go(): void
}

// One for all races: Node walks through every instance at every asynchronous call.
const actors = new AsyncLocalStorage<Actor>()

/** Whose doing the call is that asks. */
export const currentActor = (): Actor | undefined => actors.getStore()

/** One run of a race: who went at each decision, out of how many who could have. */
export interface Decision {
  readonly chosen: number
  readonly choices: number
  readonly label: string
}

/** Who goes at each decision, by their place among those who wait; a number is taken modulo how many there are. */
export type Plan = readonly number[] | ((waiting: readonly Actor[]) => number)

/** Turns of the event loop without any news after which an actor counts as waiting for another. */
const QUIET_TURNS = 5

/**
 * Lets actors pass their steps one at a time, in the order of a plan. A step is whatever is passed to {@link step}: it
 * begins only when its actor is chosen, and nobody else is chosen before it has ended and its actor has arrived at the
 * next one, has finished, or waits for another.
 */
export class Scheduler {
  readonly #arrivals: Arrival[] = []
  readonly decisions: Decision[] = []
  #running = 0
  #expected = 0
  #news = 0

  /** Runs the actors to their end, deciding by the plan, and then for the first who waits. */
  async run(parties: Record<Actor, () => Promise<unknown>>, plan: Plan): Promise<PromiseSettledResult<unknown>[]> {
    let finished = 0
    const names = Object.keys(parties)
    const results = names.map((actor) =>
      actors.run(actor, async () => {
        try {
          await this.step('begin', async () => {})
          return await parties[actor]!()
        } finally {
          finished++
          this.#news++
        }
      }),
    )
    // What an actor left to the background arrives after the actor has finished, and is part of the race as well.
    for (;;) {
      await this.#quiet()
      if (this.#arrivals.length > 0) this.#choose(plan)
      else if (finished === names.length && this.#expected === 0) break
    }
    return Promise.allSettled(results)
  }

  /** A step of the actor whose call this is; outside of a run it just happens. */
  step<Result>(step: string, work: () => Promise<Result>): Promise<Result> {
    return this.#pass(step, [], work)
  }

  /** A pause of the actor, longer than any statement: everybody who waits at its begin goes before it ends. */
  pause(): Promise<void> {
    return this.#pass('pause', [...this.#arrivals], async () => {})
  }

  async #pass<Result>(step: string, after: readonly Arrival[], work: () => Promise<Result>): Promise<Result> {
    const actor = actors.getStore()
    if (actor === undefined) return work()
    this.#news++
    await new Promise<void>((go) => this.#arrivals.push({ actor, step, after, go }))
    this.#running++
    try {
      return await work()
    } finally {
      this.#running--
      this.#news++
    }
  }

  /** Keeps everybody where they are until something that a timer will do has arrived; returns what lets them go on. */
  hold(): () => void {
    let holds = true
    this.#running++
    return () => {
      if (!holds) return
      holds = false
      this.#running--
      this.#news++
    }
  }

  /** Keeps the race from being over until this is done, and nobody from going on. */
  async expect<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#expected++
    try {
      return await work()
    } finally {
      this.#expected--
      this.#news++
    }
  }

  #choose(plan: Plan): void {
    // In the order of their names, so that the same plan is the same race.
    this.#arrivals.sort((one, other) => one.actor.localeCompare(other.actor))
    const able = this.#arrivals.filter(({ after }) => !after.some((one) => this.#arrivals.includes(one)))
    const choices = able.length
    const wanted = typeof plan === 'function' ? plan(able.map(({ actor }) => actor)) : this.#planned(plan)
    const chosen = wanted % choices
    const arrival = able[chosen]
    this.#arrivals.splice(this.#arrivals.indexOf(arrival!), 1)
    this.decisions.push({ chosen, choices, label: `${arrival!.actor}:${arrival!.step}` })
    this.#news++
    arrival!.go()
  }

  #planned(plan: readonly number[]): number {
    return plan[this.decisions.length] ?? 0
  }

  async #quiet(): Promise<void> {
    for (let quiet = 0, seen = this.#news; quiet < QUIET_TURNS || this.#running > 0; quiet++) {
      await nextTurn()
      if (seen !== this.#news) {
        seen = this.#news
        quiet = 0
      }
    }
  }
}

/**
 * Runs every interleaving of the actors' steps, each from a fresh start.
 *
 * @param race - sets up a start, runs the actors through the scheduler with the plan, and checks what came of it
 * @returns how many interleavings there are
 */
export async function everyInterleaving(
  race: (scheduler: Scheduler, plan: readonly number[]) => Promise<void>,
  most = 5_000,
): Promise<number> {
  let plan: number[] | undefined = []
  let count = 0
  while (plan) {
    const scheduler = new Scheduler()
    await race(scheduler, plan)
    if (++count > most) throw new Error(`more than ${most} interleavings`)
    plan = nextPlan(scheduler.decisions)
  }
  return count
}

/** How many interleavings there are, as far as one run tells: others may take more steps, or fewer. */
export function estimate(decisions: readonly Decision[]): number {
  const steps = new Map<Actor, number>()
  let count = 1
  for (const [index, { label }] of decisions.entries()) {
    const actor = label.slice(0, label.indexOf(':'))
    steps.set(actor, (steps.get(actor) ?? 0) + 1)
    count *= (index + 1) / steps.get(actor)!
  }
  return Math.round(count)
}

/** The plan that differs from the last run at its latest decision that has another choice. */
function nextPlan(decisions: readonly Decision[]): number[] | undefined {
  const last = decisions.findLastIndex(({ chosen, choices }) => chosen + 1 < choices)
  if (last < 0) return undefined
  return [...decisions.slice(0, last).map(({ chosen }) => chosen), decisions[last]!.chosen + 1]
}
