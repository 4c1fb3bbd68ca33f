/** The two keys of a session that a visitor writes, now and then both at once. */
export const KEYS = ['one', 'other'] as const
export type Key = (typeof KEYS)[number]

/** What a visitor was told of one session of theirs. */
export interface KnownSession {
  /** The owner as last acknowledged. */
  user: string
  /** Every owner that was ever sent. */
  readonly owners: Set<string>
  cookie: string
  /** The highest count of each key whose save was acknowledged. */
  readonly acknowledged: Record<Key, number>
  /** The highest count that was ever sent. */
  readonly sent: Record<Key, number>
  /** `leaving` when a sign-out or a change that decides about it was sent and never answered: it may have happened. */
  state: 'live' | 'leaving' | 'over'
}

/** What visitors found. Everything but the first two has to stay zero. */
export class Findings {
  acknowledged = 0
  endings = 0
  lost = 0
  revived = 0
  /** Content of another visitor, or that was never sent. */
  foreign = 0
  /** Answers that are neither right nor an honest 503. */
  unexpected = 0
  /** The first findings, in words. */
  readonly examples: string[] = []

  note(kind: 'lost' | 'revived' | 'foreign' | 'unexpected', what: string): void {
    this[kind]++
    if (this.examples.length < 5) this.examples.push(`${kind}: ${what}`)
  }
}
