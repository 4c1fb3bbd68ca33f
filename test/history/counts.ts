import { countIn, entryOf, holderOf } from './entry.ts'
import type { Log, ViolationKind } from './violations.ts'

/** A save that was not answered: it may have been stored, or be stored yet. */
interface Unanswered {
  readonly key: string
  readonly count: number
  /** A later save was acknowledged: from then on this one must stay what it is. */
  isClosed: boolean
}

/** The keys of a session that are counted up, and what must be read of each. */
export class Counts {
  readonly #name: string
  readonly #isRich: boolean
  readonly #log: Log
  readonly #sent = new Map<string, number>()
  readonly #least = new Map<string, number>()
  /** Counts that must never be read, and what has happened when they are. */
  readonly #refused = new Map<string, ViolationKind>()
  readonly #unanswered = new Set<Unanswered>()
  /** Counts that were not answered, ever. */
  readonly #open = new Set<string>()

  constructor(name: string, isRich: boolean, log: Log) {
    this.#name = name
    this.#isRich = isRich
    this.#log = log
  }

  /** Counts a key up in a session that is about to be saved. */
  countUp(session: Record<string, unknown>, key: string): number {
    const count = (this.#sent.get(key) ?? 0) + 1
    this.#sent.set(key, count)
    holderOf(session, key, this.#isRich).set(key, entryOf(this.#name, count, this.#isRich))
    return count
  }

  /** What is to be read from now on. */
  least(): ReadonlyMap<string, number> {
    return new Map(this.#least)
  }

  /** It certainly was stored. */
  keep(key: string, count: number): void {
    this.#least.set(key, Math.max(this.#least.get(key) ?? 0, count))
  }

  /** It certainly was not, and never must be. */
  refuse(key: string, count: number, kind: ViolationKind): void {
    this.#refused.set(`${key}=${count}`, kind)
  }

  leaveOpen(key: string, count: number): void {
    this.#open.add(`${key}=${count}`)
    this.#unanswered.add({ key, count, isClosed: false })
  }

  /** Saves that were not answered until now. */
  unanswered(): readonly Unanswered[] {
    return [...this.#unanswered]
  }

  close(unanswered: readonly Unanswered[]): void {
    for (const one of unanswered) one.isClosed = true
  }

  /** @param closed - those that were closed when the read began */
  judge(session: Record<string, unknown>, least: ReadonlyMap<string, number>, closed: readonly Unanswered[]): void {
    for (const [key, sent] of this.#sent) {
      const count = this.#countIn(session, key)
      if (count === undefined || count > sent) this.#violation('foreign or torn', key, count)
      else this.#judgeCount(key, count, least.get(key) ?? 0)
    }
    for (const one of closed) this.#decide(one, this.#countIn(session, one.key) ?? 0)
  }

  #countIn(session: Record<string, unknown>, key: string): number | undefined {
    return countIn(holderOf(session, key, this.#isRich).get(key), this.#name, this.#isRich)
  }

  #judgeCount(key: string, count: number, least: number): void {
    const refused = this.#refused.get(`${key}=${count}`)
    if (refused) this.#violation(refused, key, count)
    else if (count < least) {
      const isLate = this.#open.has(`${key}=${count}`)
      this.#violation(isLate ? 'saved after its 503' : 'lost save', key, `${count} instead of ${least}`)
    }
    // What was read once is there as long as the session is.
    else this.keep(key, count)
  }

  #decide(one: Unanswered, count: number): void {
    if (!this.#unanswered.delete(one)) return
    if (count < one.count) this.refuse(one.key, one.count, 'saved after its 503')
  }

  #violation(kind: ViolationKind, key: string, what: unknown): void {
    this.#log.violation(kind, this.#name, `${key}: ${what}`)
  }
}
