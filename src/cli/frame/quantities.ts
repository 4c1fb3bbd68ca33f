/** A number for people: `1,204`. */
export const grouped = (number: number) => number.toLocaleString('en-US')

/** `1 session`, `1,204 sessions`. */
export const sessionsOf = (number: number) => `${grouped(number)} ${number === 1 ? 'session' : 'sessions'}`

/** `1 row`, `1,204 rows`. */
export const rowsOf = (number: number) => `${grouped(number)} ${number === 1 ? 'row' : 'rows'}`

/** `40 s`, `12 min`, `2.5 h`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  if (seconds < 5_400) return `${Math.ceil(seconds / 60)} min`
  return `${(seconds / 3_600).toFixed(1)} h`
}
