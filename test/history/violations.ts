export const violationKinds = [
  'lost save',
  'lost update',
  'invented update',
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
  'lost by a rotation',
  'too many sessions',
  'refused without need',
  'stored though refused',
  'past its limits',
  'foreign or torn',
  'version',
  'error',
] as const

/** What must never happen. */
export type ViolationKind = (typeof violationKinds)[number]

/** Entries of a history that are printed with a violation, and those that are searched for others of its session. */
const TAIL = 30
const LONG_TAIL = 3_000

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
    if (this.#tail.length > LONG_TAIL) this.#tail.shift()
  }

  /** @param name - the session that it happened to */
  violation(kind: ViolationKind, name: string, what?: string): void {
    this.counts[kind]++
    this.add(`VIOLATION, ${kind}: ${what === undefined ? name : `${name}: ${what}`}`)
    if (this.firsts[kind] !== undefined) return
    this.firsts[kind] = this.operations
    const isItsOwn = (entry: string) => entry.split(/[ :]/).includes(name)
    const earlier = this.#tail.slice(0, -TAIL).filter(isItsOwn)
    this.examples.push([...earlier, '...', ...this.#tail.slice(-TAIL)].join('\n'))
  }
}
