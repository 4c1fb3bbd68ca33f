import type { Log } from './violations.ts'

/** Calls of `updateAll` that were begun, and that have ended, by user: each adds one to every session of that user. */
export class Rounds {
  readonly #begun = new Map<string, number>()
  readonly #ended = new Map<string, number>()

  /** One that fails may go on for a while, so it never counts as ended. */
  async during<Result>(user: string, work: () => Promise<Result>): Promise<Result> {
    this.#begun.set(user, this.begun(user) + 1)
    const result = await work()
    this.#ended.set(user, this.ended(user) + 1)
    return result
  }

  begun = (user: string): number => this.#begun.get(user) ?? 0
  ended = (user: string): number => this.#ended.get(user) ?? 0
}

/** The key of a session to which updates add one, whoever sends them. */
export class Totals {
  readonly #name: string
  readonly #log: Log
  readonly #rounds: Rounds
  /** The users whom it may have had, with the rounds that had ended by then. */
  readonly #users = new Map<string, number>()
  #sent = 0
  #kept = 0

  constructor(name: string, log: Log, rounds: Rounds) {
    this.#name = name
    this.#log = log
    this.#rounds = rounds
  }

  /** What is to be read from now on. */
  get least(): number {
    return this.#kept
  }

  mayBecome(user: string): void {
    if (!this.#users.has(user)) this.#users.set(user, this.#rounds.ended(user))
  }

  send(): void {
    this.#sent++
  }

  /** One more certainly was stored. */
  keep(): void {
    this.#kept++
  }

  judge({ total = 0 }: Record<string, unknown>, least: number): void {
    const most = [...this.#users].reduce((sum, [user, ended]) => sum + this.#rounds.begun(user) - ended, this.#sent)
    const found = total as number
    if (found < least) this.#log.violation('lost update', this.#name, `${found} instead of ${least}`)
    if (found > most) this.#log.violation('invented update', this.#name, `${found} of ${most}`)
  }
}

/** Adds one to the total of a session. */
export function addOne(session: Record<string, unknown>): void {
  session.total = ((session.total as number | undefined) ?? 0) + 1
}
