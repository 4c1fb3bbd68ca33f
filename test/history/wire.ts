import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionDatabase } from '../../src/database/contract/session-database.ts'
import type { Random } from './random.ts'

type Statement = (...parameters: never[]) => unknown

/** Nothing is said about a statement until this quiet lasts, in milliseconds: what a store does next begins sooner. */
const QUIET_MS = 150
/** Statements until a cut, at most. */
const SOON = 8

/**
 * What is between a process and its database. It can be cut, as when the process is killed: from a statement on nothing is
 * executed. And it can hold a statement, or its answer, for longer than anybody waits.
 */
export class Wire {
  readonly database: SessionDatabase
  readonly #random: Random
  readonly #underWay = new Set<Promise<unknown>>()
  #lastUse = 0
  #isCut = false
  #untilCut = Number.POSITIVE_INFINITY
  #onCut = () => {}
  /** Statements that are held next: for how long, in milliseconds. */
  readonly #holds: number[] = []

  constructor(database: SessionDatabase, random: Random) {
    this.#random = random
    this.database = this.#wired(database)
  }

  /** Cuts it at one of the next statements, which is executed or not. */
  cutSoon(onCut: () => void): void {
    this.#untilCut = this.#random.below(SOON)
    this.#onCut = onCut
  }

  /** Holds the next statement for this time: before it is executed, after that, or in place of it. */
  holdNext(ms: number): void {
    this.#holds.push(ms)
  }

  /** Resolves when nothing is under way, and nothing follows. What was to happen soon does not happen any more. */
  async quiet(): Promise<void> {
    this.#untilCut = Number.POSITIVE_INFINITY
    this.#holds.length = 0
    while (this.#underWay.size > 0 || (!this.#isCut && performance.now() - this.#lastUse < QUIET_MS)) {
      await Promise.all([sleep(QUIET_MS / 10), Promise.allSettled(this.#underWay)])
    }
  }

  #wired<Methods extends object>(methods: Methods): Methods {
    const wired = { ...methods } as Record<string, unknown>
    for (const [name, value] of Object.entries(methods)) {
      if (typeof value === 'function') wired[name] = this.#statement(value.bind(methods))
      else if (typeof value === 'object' && value !== null) wired[name] = this.#wired(value)
    }
    return wired as Methods
  }

  #statement(run: Statement): Statement {
    return (...parameters) => {
      this.#lastUse = performance.now()
      if (this.#isCut) throw new Error('the process was killed')
      const work = () => run(...parameters)
      if (this.#untilCut-- <= 0) return this.#track(this.#cut(work))
      const hold = this.#holds.shift()
      return this.#track(hold === undefined ? work() : this.#hold(work, hold))
    }
  }

  #track(result: unknown): unknown {
    if (!(result instanceof Promise)) return result
    const answered = result.then((answer) => {
      if (this.#isCut) throw new Error('the process was killed')
      return answer
    })
    this.#underWay.add(answered)
    const forget = () => {
      this.#underWay.delete(answered)
      this.#lastUse = performance.now()
    }
    answered.then(forget, forget)
    return answered
  }

  async #cut(work: () => unknown): Promise<never> {
    this.#isCut = true
    this.#onCut()
    if (this.#random.next() < 0.5) await work()
    throw new Error('the process was killed')
  }

  async #hold(work: () => unknown, ms: number): Promise<unknown> {
    const chance = this.#random.below(3)
    const done = chance === 0 ? Promise.resolve(work()) : undefined
    done?.catch(() => {})
    await sleep(ms)
    if (chance === 2) throw new Error('the connection was lost')
    return chance === 0 ? done : work()
  }
}
