/** A day of traffic, drawn at random and counted, without a database. */
import { type Assumptions, DAY, HOUR, MINUTE, nextRound, SECOND, warmUp } from './assumptions.ts'
import type { Quantities, Statements } from './quantities.ts'
import { Rows } from './rows.ts'
import { Traffic } from './traffic.ts'

/** What happens at one moment, in this order: by the numbers of those who do it. The lists are used again. */
export interface Moment {
  /** From midnight; the time before it warms up. */
  time: number
  /** Whether a round of trimming begins the moment, and how many rows it deletes. */
  trimmed: number | undefined
  /** Whether rows are looked at, behind the trimming. */
  isLook: boolean
  requests: number
  /** Who brings a cookie. */
  readonly reads: number[]
  readonly signIns: number[]
  /** Who changes a session, those who just signed in among them. */
  readonly saves: number[]
  readonly logouts: number[]
  /** Whose last use is renewed, in the background. */
  readonly touches: number[]
}

/** Rows at a full hour. */
export interface Look {
  readonly time: number
  readonly rows: number
  readonly live: number
  readonly tombstones: number
}

const LOOK = 5 * MINUTE

export class Day {
  readonly #assumptions: Assumptions
  readonly #begin: number
  readonly #tick: number
  readonly #ticks: number
  readonly #traffic: Traffic
  readonly #rows: Rows
  readonly #peak: readonly [number, number]
  readonly looks: Look[] = []
  /** Every round of the day. */
  readonly rounds: number[] = []
  readonly #counts = { requests: 0, peak: 0, reads: 0, signIns: 0, saves: 0, touches: 0, logouts: 0, trimmed: 0 }
  /** Saves and touches that SQLite cannot do in place, and so takes two statements for. */
  #repeated = 0
  readonly #statements = { select: 0, insert: 0, update: 0 }
  /** Requests that one moment has at most. */
  most = 0

  /** @param tick - milliseconds; what happens within them is one moment */
  constructor(assumptions: Assumptions, { tick = SECOND, seed = 1 } = {}) {
    if (MINUTE % tick > 0) throw new Error(`a tick of ${tick} ms is no part of a minute`)
    this.#assumptions = assumptions
    this.#begin = -warmUp(assumptions)
    this.#tick = tick
    this.#ticks = (DAY - this.#begin) / tick
    this.#traffic = new Traffic(assumptions, tick, this.#ticks, seed)
    const place = { begin: this.#begin, tick, ticks: this.#ticks }
    this.#rows = new Rows(assumptions, this.#traffic.people, place)
    this.#peak = [assumptions.peakAt - HOUR / 2, assumptions.peakAt + HOUR / 2]
  }

  get people(): number {
    return this.#traffic.people
  }

  /** How much of it is over at a time, from 0 to 1, with the time before it. */
  shareAt(time: number): number {
    return (time - this.#begin) / (DAY - this.#begin)
  }

  /** All moments at which anything happens, in their order. */
  *moments(): Generator<Moment> {
    const lists = { reads: [], signIns: [], saves: [], logouts: [], touches: [] }
    const moment: Moment = { time: 0, trimmed: undefined, isLook: false, requests: 0, ...lists }
    this.#traffic.begin(this.#begin)
    let round = nextRound(this.#assumptions, this.#begin)
    for (let tick = 0; tick < this.#ticks; tick++) {
      const time = this.#begin + tick * this.#tick
      this.#rows.beginTick(tick)
      const isRound = time >= round
      if (isRound) round += this.#assumptions.trimInterval
      this.#fill(moment, tick, time, isRound)
      if (isRound || moment.isLook || moment.requests > 0) yield moment
    }
    this.#look(DAY)
  }

  /**
   * What the day came to, once all its moments are over.
   *
   * @param every - how often rows are looked at
   */
  quantities(every = LOOK): Quantities {
    const { peak, ...counts } = this.#counts
    const looks = this.looks.filter(({ time }) => time % every === 0)
    const most = (level: 'rows' | 'live' | 'tombstones') => Math.max(...looks.map((look) => look[level]))
    return {
      ...counts,
      peakRequests: peak / (HOUR / SECOND),
      rows: most('rows'),
      live: most('live'),
      tombstones: most('tombstones'),
      largestRound: Math.max(...this.rounds),
    }
  }

  /** Statements where those of a moment share them, as the servers do, and where each row has its own, as SQLite does. */
  statements(): { shared: Statements; single: Statements } {
    const { reads, saves, touches, logouts, signIns } = this.#counts
    const update = saves + touches + logouts + this.#repeated
    return { shared: { ...this.#statements }, single: { select: reads, insert: signIns, update } }
  }

  #fill(moment: Moment, tick: number, time: number, isRound: boolean): void {
    for (const list of ['reads', 'signIns', 'saves', 'logouts', 'touches'] as const) moment[list].length = 0
    moment.time = time
    moment.requests = 0
    moment.trimmed = isRound ? this.#rows.trim(time) : undefined
    moment.isLook = time >= 0 && time % LOOK === 0
    if (moment.isLook) this.#look(time)
    for (const { who, deed } of this.#traffic.of(tick)) {
      moment.requests += 1
      if (deed === 'leave') this.#leave(moment, who, tick)
      else this.#ask(moment, who, tick)
    }
    if (time >= 0) this.#count(moment)
  }

  #ask(moment: Moment, who: number, tick: number): void {
    const { time } = moment
    if (this.#rows.hasCookie(who)) moment.reads.push(who)
    if (this.#rows.isAlive(who, time)) {
      this.#use(moment, who, this.#traffic.changes())
    } else {
      moment.signIns.push(who)
      moment.saves.push(who)
      this.#rows.insert(who, time)
    }
    this.#traffic.afterRequest(who, tick, time)
  }

  #use(moment: Moment, who: number, isChanged: boolean): void {
    const isTouched = this.#rows.isStale(who, moment.time)
    if (isTouched) moment.touches.push(who)
    if (isChanged) moment.saves.push(who)
    if (!isTouched && !isChanged) return
    const hasMoved = this.#rows.use(who, moment.time)
    if (moment.time < 0) return
    // A touch behind a save finds another version.
    this.#repeated += Number(hasMoved) + Number(isTouched && isChanged)
  }

  #leave(moment: Moment, who: number, tick: number): void {
    const { time } = moment
    moment.reads.push(who)
    if (this.#rows.isAlive(who, time)) {
      if (this.#rows.isStale(who, time)) {
        moment.touches.push(who)
        // It finds a session that has ended.
        if (time >= 0) this.#repeated += 1
      }
      moment.logouts.push(who)
      this.#rows.end(who, time)
    }
    this.#traffic.afterLeaving(who, tick, time)
  }

  #count({ time, trimmed, requests, reads, signIns, saves, touches, logouts }: Moment): void {
    const counts = this.#counts
    counts.requests += requests
    this.most = Math.max(this.most, requests)
    if (time >= this.#peak[0] && time < this.#peak[1]) counts.peak += requests
    counts.reads += reads.length
    counts.signIns += signIns.length
    counts.saves += saves.length
    counts.touches += touches.length
    counts.logouts += logouts.length
    this.#statements.select += Math.sign(reads.length)
    this.#statements.insert += signIns.length
    this.#statements.update += Math.sign(saves.length) + Math.sign(touches.length) + logouts.length
    if (trimmed === undefined) return
    this.rounds.push(trimmed)
    counts.trimmed += trimmed
  }

  #look(time: number): void {
    const { rows, live, tombstones } = this.#rows
    this.looks.push({ time, rows, live, tombstones })
  }
}
