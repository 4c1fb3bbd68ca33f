/** What a day costs, as the model computes it, as it was simulated, or as a database had it. */
export interface Quantities {
  /** Of the whole day. */
  readonly requests: number
  /** In the busiest hour of the day, in a second. */
  readonly peakRequests: number
  /** Requests that read a row: all that bring a cookie. */
  readonly reads: number
  readonly signIns: number
  /** Rows that were given new content: changes of requests, and one behind each sign-in. */
  readonly saves: number
  /** Touches that were asked for: at most one of a session in the touch interval. */
  readonly touches: number
  readonly logouts: number
  readonly trimmed: number
  /** The largest number of rows, looked at every five minutes. */
  readonly rows: number
  /** Of sessions that are in use, and of those that were ended by somebody, at their most. */
  readonly live: number
  readonly tombstones: number
  /** The largest number of rows that one round of trimming deletes. */
  readonly largestRound: number
}

/** Statements of a day where all requests of one moment share theirs. */
export interface Statements {
  readonly select: number
  readonly insert: number
  readonly update: number
}

export type Name = keyof Quantities | keyof Statements

export const names: Readonly<Record<keyof Quantities, string>> = {
  requests: 'requests a day',
  peakRequests: 'requests a second in the busiest hour',
  reads: 'rows read',
  signIns: 'sign-ins, an INSERT each',
  saves: 'saves',
  touches: 'touches',
  logouts: 'logouts, an UPDATE each',
  trimmed: 'rows trimmed',
  rows: 'rows at most',
  live: 'live sessions at most',
  tombstones: 'tombstones at most',
  largestRound: 'rows of the largest trim round',
}

/** A quantity that differs by more than it may. */
export interface Difference {
  readonly name: string
  readonly expected: number
  readonly found: number
}

/** By what share of the one expected another value differs. */
export const deviation = (expected: number, found: number) =>
  expected === found ? 0 : Math.abs(found - expected) / Math.abs(expected)

/** The quantities that differ by more than a share of what is expected. Those that are expected only are missed. */
export function differences<Key extends string>(
  expected: Readonly<Record<Key, number>>,
  found: Readonly<Partial<Record<NoInfer<Key>, number>>>,
  tolerance: number,
): Difference[] {
  const keys = Object.keys(expected) as Key[]
  return keys.flatMap((name) => {
    const value = found[name] ?? Number.NaN
    return deviation(expected[name], value) <= tolerance ? [] : [{ name, expected: expected[name], found: value }]
  })
}
