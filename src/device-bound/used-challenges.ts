/** The most challenges to remember; an older one counts as unused. */
const MOST = 10_000

/**
 * Challenges that proofs answered in this process. Several tabs send the same proof at about the same time, so a
 * challenge counts for a moment; later only a copy of the proof comes with it.
 */
export class UsedChallenges {
  readonly #usedAt = new Map<string, number>()
  readonly #momentMs: number

  constructor(momentMs: number) {
    this.#momentMs = momentMs
  }

  /** Whether a challenge was answered more than a moment ago. */
  has(challenge: string): boolean {
    const usedAt = this.#usedAt.get(challenge)
    return usedAt !== undefined && Date.now() - usedAt > this.#momentMs
  }

  /** Notes the first answer to a challenge. */
  add(challenge: string): void {
    if (this.#usedAt.has(challenge)) return
    // A Map keeps the order of insertion, so its first member is the oldest.
    if (this.#usedAt.size >= MOST) this.#usedAt.delete(this.#usedAt.keys().next().value as string)
    this.#usedAt.set(challenge, Date.now())
  }
}
