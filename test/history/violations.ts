export const violationKinds = [
  'lost save',
  'lost session',
  'revived',
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
  readonly examples: string[] = []
  readonly #tail: string[] = []

  add(entry: string): void {
    this.#tail.push(`${Date.now()} ${entry}`)
    if (this.#tail.length > TAIL) this.#tail.shift()
  }

  violation(kind: ViolationKind, what: string): void {
    this.counts[kind]++
    this.add(`VIOLATION, ${kind}: ${what}`)
    if (this.examples.length < EXAMPLES) this.examples.push(this.#tail.join('\n'))
  }
}
