import { types } from 'node:util'

/**
 * The deepest nesting that is stored and read, with the session itself as the first level. Deeper nesting is a mistake,
 * and would exceed the call stack: in serializers, in comparisons and in the JSON of @fastify/session.
 */
export const DEEPEST = 500

/** Why deeper nesting is refused. */
export const TOO_DEEP = `it is nested more than ${DEEPEST} levels deep`

/** Whether a value of any kind is nested more than {@link DEEPEST} levels deep. */
export function isTooDeep(root: object): boolean {
  return !isShallow(root, 1) && heightOf(root) > DEEPEST
}

/** Nesting that is common, and found without noting each object. */
const SHALLOW = 20

function isShallow(value: unknown, level: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (level > SHALLOW) return false
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isShallow(value[index], level + 1)) return false
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const key in value) if (!isShallow((value as Record<string, unknown>)[key], level + 1)) return false
  } else {
    for (const child of inside(value)) if (!isShallow(child, level + 1)) return false
  }
  return true
}

/** The levels of a value, or infinity above {@link DEEPEST}. Each object is visited once. */
function heightOf(root: object): number {
  const heights = new Map<object, number>()
  return visit(root, 1)

  function visit(value: unknown, level: number): number {
    if (typeof value !== 'object' || value === null) return 0
    const known = heights.get(value)
    if (known !== undefined) return known
    if (level > DEEPEST) return Number.POSITIVE_INFINITY
    // A value inside itself ends here.
    heights.set(value, 0)
    let height = 0
    for (const child of inside(value)) height = Math.max(height, visit(child, level + 1))
    heights.set(value, height + 1)
    return height + 1
  }
}

/** The values directly inside of an object of any kind. */
export function inside(value: object): Iterable<unknown> {
  if (Array.isArray(value) || types.isSet(value)) return value
  if (types.isMap(value)) return [...value.keys(), ...value.values()]
  if (ArrayBuffer.isView(value) || types.isDate(value)) return []
  return types.isNativeError(value) ? [value.cause, ...Object.values(value)] : Object.values(value)
}
