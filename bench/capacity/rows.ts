import { type Assumptions, HOUR, trimTime } from './assumptions.ts'

/** The rows of everybody's latest session, and how many of others there are: what the table has, without a table. */
export class Rows {
  readonly #assumptions: Assumptions
  readonly #tick: number
  readonly #touchedAt: Float64Array
  /** 1 while nobody has ended it, and where its cookie is kept. */
  readonly #isOpen: Uint8Array
  readonly #hasCookie: Uint8Array
  /** Sessions that are over by a tick, unless they are used until then. */
  readonly #over: Int32Array
  /** Rows, and tombstones among them, by the hour at which they may be deleted. */
  readonly #due = new Map<number, { rows: number; tombstones: number }>()
  readonly #begin: number
  rows = 0
  live = 0
  tombstones = 0

  constructor(assumptions: Assumptions, people: number, place: { begin: number; tick: number; ticks: number }) {
    this.#assumptions = assumptions
    this.#begin = place.begin
    this.#tick = place.tick
    this.#touchedAt = new Float64Array(people).fill(Number.NEGATIVE_INFINITY)
    this.#isOpen = new Uint8Array(people)
    // Everybody has been here before.
    this.#hasCookie = new Uint8Array(people).fill(1)
    this.#over = new Int32Array(place.ticks + Math.ceil(assumptions.idleTimeout / place.tick) + 1)
  }

  /** Ends what nobody used for too long. To be called for every tick. */
  beginTick(tick: number): void {
    this.live -= this.#over[tick]!
  }

  isAlive(who: number, time: number): boolean {
    return this.#isOpen[who] === 1 && time < this.#touchedAt[who]! + this.#assumptions.idleTimeout
  }

  /** Only signing out takes it away; that of a session that is over goes on being sent. */
  hasCookie(who: number): boolean {
    return this.#hasCookie[who] === 1
  }

  isStale(who: number, time: number): boolean {
    return time - this.#touchedAt[who]! >= this.#assumptions.touchInterval
  }

  insert(who: number, time: number): void {
    this.#isOpen[who] = 1
    this.#hasCookie[who] = 1
    this.rows += 1
    this.live += 1
    this.#place(who, time, 1)
  }

  /** Renews the last use; whether that moved the hour of trimming. */
  use(who: number, time: number): boolean {
    const before = this.#trimAt(who)
    this.#place(who, this.#touchedAt[who]!, -1)
    this.#place(who, time, 1)
    return this.#trimAt(who) !== before
  }

  end(who: number, time: number): void {
    this.#place(who, this.#touchedAt[who]!, -1)
    this.#isOpen[who] = 0
    this.#hasCookie[who] = 0
    this.live -= 1
    this.tombstones += 1
    const due = this.#dueAt(trimTime(this.#assumptions, time))
    due.rows += 1
    due.tombstones += 1
  }

  /** Deletes what may be deleted, and says how many. */
  trim(time: number): number {
    let deleted = 0
    for (const [hour, { rows, tombstones }] of this.#due) {
      if (hour > time) continue
      this.#due.delete(hour)
      deleted += rows
      this.tombstones -= tombstones
    }
    this.rows -= deleted
    return deleted
  }

  #place(who: number, touchedAt: number, count: 1 | -1): void {
    this.#touchedAt[who] = touchedAt
    this.#over[Math.ceil((touchedAt + this.#assumptions.idleTimeout - this.#begin) / this.#tick)]! += count
    this.#dueAt(this.#trimAt(who)).rows += count
  }

  #trimAt(who: number): number {
    return trimTime(this.#assumptions, this.#touchedAt[who]! + this.#assumptions.idleTimeout)
  }

  #dueAt(hour: number): { rows: number; tombstones: number } {
    if (hour % HOUR !== this.#assumptions.trimGrace % HOUR) throw new Error(`${hour} is no hour of trimming`)
    const due = this.#due.get(hour) ?? { rows: 0, tombstones: 0 }
    this.#due.set(hour, due)
    return due
  }
}
