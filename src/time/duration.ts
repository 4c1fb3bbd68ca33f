/**
 * A duration: milliseconds, or text such as `'90s'`, `'15m'`, `'2h'`, `'30d'`. Text that is known only at run time, such as a
 * variable of the environment, needs `as Duration`; the start refuses it when it is no duration.
 */
export type Duration = number | `${number}${'' | ' '}${Unit}`

/** Milliseconds, seconds, minutes, hours, days and weeks. @inline */
type Unit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w'

const UNIT_MS: Record<Unit, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const LONGEST_MS = 3_653 * 86_400_000

/** A duration in milliseconds, from 1 to ten years; undefined for an invalid value. */
export function durationMs(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? parsed(value) : value
  // Rounded, because the columns hold only whole milliseconds.
  return typeof ms === 'number' && ms >= 1 && ms <= LONGEST_MS ? Math.round(ms) : undefined
}

function parsed(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?(ms|s|m|h|d|w)$/.exec(text) ?? []
  return unit === undefined ? undefined : Number(amount) * UNIT_MS[unit as Unit]
}
