import { CARRIER_KEY } from './loaded-version.ts'

/** Deeper than this nobody looks: the full comparison decides. */
const DEEPEST = 20

/**
 * Whether JSON tells everything about a session: then the host, which compares through JSON, sees every change, and
 * nothing needs to be serialized to find one. Map, Set, Date, BigInt, NaN, undefined and the like are not transparent.
 */
export function isJsonVisible(session: Record<string, unknown>): boolean {
  for (const key of Object.keys(session)) {
    if (key !== 'cookie' && key !== CARRIER_KEY && !isTransparentValue(session[key], 0)) return false
  }
  return true
}

function isTransparentValue(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth > DEEPEST) return false
  return Array.isArray(value) ? isTransparentList(value, depth) : isTransparentObject(value, depth)
}

// Item by item, so that a hole is seen.
function isTransparentList(list: unknown[], depth: number): boolean {
  for (let index = 0; index < list.length; index++) if (!isTransparentValue(list[index], depth + 1)) return false
  return true
}

function isTransparentObject(value: object, depth: number): boolean {
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  for (const key in value) if (!isTransparentValue((value as Record<string, unknown>)[key], depth + 1)) return false
  return Object.getOwnPropertySymbols(value).length === 0
}
