import { type Assumptions, DAY, visitRate } from './assumptions.ts'
import { Random } from './random.ts'

/** What somebody does next. */
export type Deed = 'arrive' | 'ask' | 'leave'
const DEEDS: readonly Deed[] = ['arrive', 'ask', 'leave']

/** Draws who does what when, in ticks. Everybody has one thing to do next, so that lists of a tick need no memory. */
export class Traffic {
  readonly #assumptions: Assumptions
  readonly #tick: number
  readonly #random: Random
  /** Of each tick the first who has something to do, and of each of them the next; -1 for nobody. */
  readonly #first: Int32Array
  readonly #next: Int32Array
  readonly #deed: Uint8Array

  /**
   * @param tick - milliseconds
   * @param ticks - how many there are
   */
  constructor(assumptions: Assumptions, tick: number, ticks: number, seed: number) {
    const people = Math.round(assumptions.users * assumptions.activeShare)
    this.#assumptions = assumptions
    this.#tick = tick
    this.#random = new Random(seed)
    this.#first = new Int32Array(ticks).fill(-1)
    this.#next = new Int32Array(people)
    this.#deed = new Uint8Array(people)
  }

  get people(): number {
    return this.#deed.length
  }

  /** Gives everybody a first visit. */
  begin(from: number): void {
    for (let who = 0; who < this.people; who++) this.#arriveLater(who, 0, from)
  }

  /** Who does something in a tick. What they do next may be drawn meanwhile. */
  *of(tick: number): Generator<{ who: number; deed: Deed }> {
    let who = this.#first[tick]!
    while (who >= 0) {
      const following = this.#next[who]!
      yield { who, deed: DEEDS[this.#deed[who]!]! }
      who = following
    }
  }

  /** Draws what comes behind a request: another one, signing out, or nothing until the next visit. */
  afterRequest(who: number, tick: number, time: number): void {
    const { requests, pause, logoutShare } = this.#assumptions
    const isLast = this.#random.chance(1 / requests)
    if (isLast && !this.#random.chance(logoutShare)) return this.#arriveLater(who, tick, time)
    const ticks = this.#random.geometric(this.#tick / pause)
    this.#do(isLast ? 'leave' : 'ask', who, tick + ticks)
  }

  afterLeaving(who: number, tick: number, time: number): void {
    this.#arriveLater(who, tick, time)
  }

  /** Whether a request changes its session. */
  changes(): boolean {
    return this.#random.chance(this.#assumptions.writingShare)
  }

  // By thinning: as often as at the busiest moment, and of these so many as the moment has.
  #arriveLater(who: number, tick: number, time: number): void {
    const most = visitRate(this.#assumptions, this.#assumptions.peakAt)
    let later = time
    do {
      later += this.#random.exponential(1 / most)
      if (later > DAY) return
    } while (!this.#random.chance(visitRate(this.#assumptions, later) / most))
    this.#do('arrive', who, Math.max(tick + 1, tick + Math.floor((later - time) / this.#tick)))
  }

  #do(deed: Deed, who: number, tick: number): void {
    if (tick >= this.#first.length) return
    this.#deed[who] = DEEDS.indexOf(deed)
    this.#next[who] = this.#first[tick]!
    this.#first[tick] = who
  }
}
