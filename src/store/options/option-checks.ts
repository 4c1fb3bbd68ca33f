import { refuseFaults } from '../../keys/fault-list.ts'
import { durationMs } from '../../time/duration.ts'

/** Checks options one by one. A failed check notes the fault and returns the default, so that checking continues. */
export class OptionChecks {
  readonly faults: string[] = []

  /** Adds a fault of an option; the text follows its name: "must be …". */
  fault(name: string, text: string): void {
    this.faults.push(`${name} ${text}`)
  }

  /**
   * Ends the checks.
   *
   * @param owner - the function that accepts the options, for messages about options that the plugin does not have
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, naming every fault
   */
  done(owner?: string): void {
    refuseFaults(this.faults, owner)
  }

  /** Refuses unknown names, and suggests the nearest known name for each. */
  names(options: object, known: readonly string[], prefix = ''): void {
    for (const name of Object.keys(options)) {
      if (known.includes(name)) continue
      const near = nearestName(name, known)
      this.fault(`${prefix}${name}`, near ? `is not an option; did you mean ${prefix}${near}?` : 'is not an option')
    }
  }

  boolean(name: string, value: unknown, otherwise: boolean): boolean {
    if (value === undefined) return otherwise
    if (typeof value === 'boolean') return value
    this.fault(name, `must be true or false, not ${shown(value)}`)
    return otherwise
  }

  /** A whole number within bounds. */
  integer(name: string, value: unknown, otherwise: number, least: number, most: number): number {
    if (value === undefined) return otherwise
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number
    this.fault(name, `must be a whole number from ${least} to ${most}, not ${shown(value)}`)
    return otherwise
  }

  /** A duration in milliseconds. The value is milliseconds too, or text: `'90s'`, `'15m'`, `'2h'`, `'30d'`. */
  duration(name: string, value: unknown, otherwise: number): number {
    if (value === undefined) return otherwise
    const ms = durationMs(value)
    if (ms !== undefined) return ms
    this.fault(
      name,
      `must be milliseconds or text such as "90s", "15m", "2h" or "30d", up to 10 years, not ${shown(value)}`,
    )
    return otherwise
  }

  text(name: string, value: unknown, otherwise: string): string {
    if (value === undefined) return otherwise
    if (typeof value === 'string') return value
    this.fault(name, `must be a string, not ${shown(value)}`)
    return otherwise
  }

  /** A function, or undefined. */
  optionalFunction(name: string, value: unknown): void {
    if (value !== undefined && typeof value !== 'function') this.fault(name, `must be a function, not ${shown(value)}`)
  }
}

/** A value as an error may show it: numbers, booleans and short text, and only the type of other values. */
function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  if (typeof value === 'string') return value.length <= 24 ? JSON.stringify(value) : 'that text'
  return Array.isArray(value) ? 'a list' : `a value of the type ${typeof value}`
}

/** The known name with the smallest edit distance, if the distance is small. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const distances = known.map((candidate) => ({
    candidate,
    distance: editDistance(name.toLowerCase(), candidate.toLowerCase()),
  }))
  const [best] = distances.sort((one, other) => one.distance - other.distance)
  return best && best.distance <= Math.max(2, name.length / 3) ? best.candidate : undefined
}

/** The Levenshtein distance. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1]
    for (const [j, candidate] of [...other].entries()) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === candidate ? 0 : 1)))
    }
    row = next
  }
  return row.at(-1)!
}
