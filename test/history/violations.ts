export const violationKinds = [
  'lost save',
  'lost session',
  'lost by an old id',
  'revived',
  'not ended by an old id',
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
/** Violations that are kept in words. */
const EXAMPLES = 3

/** What happened, and what should not have. */
export class Log {
  readonly counts = Object.fromEntries(violationKinds.map((kind) => [kind, 0])) as Record<ViolationKind, number>
  /** After how many operations the first of each kind was found. */
  readonly firsts: Partial<Record<ViolationKind, number>> = {}
  readonly examples: string[] = []
  operations = 0
  readonly #tail: string[] = []

  add(entry: string): void {
    this.#tail.push(`${Date.now()} ${entry}`)
    if (this.#tail.length > TAIL) this.#tail.shift()
  }

  violation(kind: ViolationKind, what: string): void {
    this.counts[kind]++
    this.firsts[kind] ??= this.operations
    this.add(`VIOLATION, ${kind}: ${what}`)
    if (this.examples.length < EXAMPLES) this.examples.push(this.#tail.join('\n'))
  }
}
