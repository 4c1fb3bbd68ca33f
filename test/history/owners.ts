import { Disturbance, type Moment } from './disturbance.ts'
import { isUnanswered } from './unanswered.ts'

/** Who owned a session when something began. */
export interface OwnersBefore {
  readonly possible: ReadonlySet<string>
  /** How often it had been given to somebody. */
  readonly changes: number
  readonly moment: Moment
}

/** Whose a session may be. */
export class Owners {
  readonly #changing = new Disturbance()
  /** Everybody whom it was given to, in turn. */
  readonly #given: string[] = []
  #possible: Set<string>

  constructor(user: string) {
    this.#possible = new Set([user])
  }

  /** The one whose it certainly is. */
  get certain(): string | undefined {
    const [only, ...others] = this.#possible
    return others.length > 0 || this.#changing.isUnderWay ? undefined : only
  }

  mayBe(user: string): boolean {
    return this.#possible.has(user)
  }

  before(): OwnersBefore {
    return { possible: new Set(this.#possible), changes: this.#given.length, moment: this.#changing.moment() }
  }

  /** Whether nothing else may have changed it since. */
  wasCalm({ moment }: OwnersBefore, own = 0): boolean {
    return this.#changing.wasCalm(moment, own)
  }

  /** What reads it may find: several changes may have come and gone meanwhile. */
  allows(user: unknown, before: OwnersBefore): boolean {
    const one = user as string
    return this.#possible.has(one) || before.possible.has(one) || this.#given.indexOf(one, before.changes) >= 0
  }

  /** A read found it while nothing changed it. */
  found(user: string, before: OwnersBefore): void {
    if (this.wasCalm(before)) this.#possible = new Set([user])
  }

  async changing<Result>(user: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.before()
    this.#possible.add(user)
    this.#given.push(user)
    try {
      return await this.#changing.during(work)
    } catch (error) {
      if (isUnanswered(error)) this.#changing.hold()
      else if (this.#changing.wasCalm(before.moment, 0, 1)) this.#possible = new Set(before.possible)
      throw error
    }
  }

  /** It certainly is this one's. */
  become(user: string): void {
    this.#possible = new Set([user])
  }

  /** All is quiet. */
  release(): void {
    this.#changing.release()
  }
}
