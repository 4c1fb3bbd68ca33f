export const violationKinds = [
  'lost save',
  'lost session',
  'lost by an old id',
  'revived',
  'not ended by an old id',
  'ended though excepted',
  'old id past its overlap',
  'changed by an old id',
  'rotated twice',
  'content after the end',
  'users mixed',
  'saved after its 503',
  'past its limits',
  'foreign or torn',
  'version',
  'error',
] as const

/** What must never happen. */
export type ViolationKind = (typeof violationKinds)[number]

/** Entries of a history that are printed with a violation. */
const TAIL = 40

/** What happened, and what should not have. */
export class Log {
  readonly counts = Object.fromEntries(violationKinds.map((kind) => [kind, 0])) as Record<ViolationKind, number>
  /** After how many operations the first of each kind was found. */
  readonly firsts: Partial<Record<ViolationKind, number>> = {}
  /** How it came to these. */
  readonly examples: string[] = []
  operations = 0
  readonly #tail: string[] = []

  add(entry: string): void {
    this.#tail.push(`${Date.now()} ${entry}`)
    if (this.#tail.length > TAIL) this.#tail.shift()
  }

  violation(kind: ViolationKind, what: string): void {
    this.counts[kind]++
    this.add(`VIOLATION, ${kind}: ${what}`)
    if (this.firsts[kind] !== undefined) return
    this.firsts[kind] = this.operations
    this.examples.push(this.#tail.join('\n'))
  }
}
