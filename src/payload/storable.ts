import { types } from 'node:util'
import { UnstorableError } from '../errors.ts'

/** What a serializer brings back equal, beyond plain objects, arrays, well-formed strings, booleans and null. */
export interface StorableRules {
  readonly cycles: boolean
  /** Why a primitive cannot be stored, or undefined when it can. */
  refusePrimitive(value: unknown): string | undefined
  /** What is inside a built-in object, each with the way to write its path, or why the object cannot be stored. */
  inside(value: object): [suffix: string, child: unknown][] | string
}

/** Deeper nesting than this is refused: it is a mistake, and recursion must end somewhere. */
const DEEPEST = 500

/**
 * Refuses what would not come back from the store as it went in.
 *
 * @throws `FST_STORED_SESSION_UNSTORABLE`, naming the first such value by its path, such as `cart.items[2].price`
 */
export function checkStorable(root: object, rules: StorableRules): void {
  const ancestors: object[] = []
  const seen = new Set<object>()
  visit(root, '')

  function visit(value: unknown, path: string): void {
    if (typeof value !== 'object' || value === null) refuseIf(refusalOfPrimitive(value, rules), path)
    else if (!isKnown(value, path)) visitInside(value, path)
  }

  function isKnown(value: object, path: string): boolean {
    if (!rules.cycles) refuseIf(ancestors.includes(value) && 'it contains itself', path)
    if (rules.cycles && seen.has(value)) return true
    refuseIf(ancestors.length === DEEPEST && `it is nested more than ${DEEPEST} levels deep`, path)
    return false
  }

  function visitInside(value: object, path: string): void {
    seen.add(value)
    ancestors.push(value)
    if (Array.isArray(value)) visitArray(value, path)
    else if (isPlain(value)) visitPlain(value, path)
    else visitBuiltIn(value, path)
    ancestors.pop()
  }

  function visitPlain(value: object, path: string): void {
    for (const [key, child] of Object.entries(value)) {
      const at = memberPath(path, key)
      refuseIf(key === '__proto__' && 'this name is reserved', at)
      visit(child, at)
    }
    refuseIf(Object.getOwnPropertySymbols(value).length > 0 && 'symbols cannot be stored, also not as names', path)
  }

  function visitArray(value: unknown[], path: string): void {
    refuseIf(Object.keys(value).length !== value.length && 'an array with holes or names cannot be stored', path)
    for (const [index, child] of value.entries()) visit(child, `${path}[${index}]`)
  }

  function visitBuiltIn(value: object, path: string): void {
    const inside = rules.inside(value)
    if (typeof inside === 'string') throw new UnstorableError(path, inside)
    for (const [suffix, child] of inside) visit(child, path + suffix)
  }
}

/** What JSON brings back equal. */
export const jsonRules: StorableRules = {
  cycles: false,
  refusePrimitive: (value) => {
    if (typeof value === 'bigint') return 'JSON cannot store a BigInt; use the msgpack serializer'
    if (typeof value === 'number' && !Number.isFinite(value)) return `JSON cannot store ${value}`
    return undefined
  },
  inside: (value) => `JSON cannot store a ${nameOf(value)}; use the msgpack serializer, or store a plain value`,
}

/** What msgpackr brings back equal with `structuredClone`; of an error that is its name, message and cause. */
export const msgpackRules: StorableRules = {
  cycles: true,
  refusePrimitive: () => undefined,
  inside: (value) => {
    if (types.isMap(value) && isExactly(value, 'Map')) return [...value].flatMap(mapEntry)
    if (types.isSet(value) && isExactly(value, 'Set')) return [...value].map((child, n) => [`.values()[${n}]`, child])
    if (types.isNativeError(value)) return insideError(value)
    if (isLeaf(value)) return []
    return `instances of ${nameOf(value)} cannot be stored; store a plain object`
  },
}

function insideError(error: Error): [string, unknown][] | string {
  if (!STORABLE_ERRORS.has(error.constructor.name)) {
    return `errors of the class ${nameOf(error)} cannot be stored; store a plain object`
  }
  const extra = Object.keys(error).find((key) => key !== 'cause')
  if (extra) return `an error's own property ${JSON.stringify(extra)} cannot be stored; store a plain object`
  return [['.cause', error.cause]]
}

const STORABLE_ERRORS = new Set([
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
])

function isLeaf(value: object): boolean {
  if (types.isDate(value)) return isExactly(value, 'Date')
  if (types.isRegExp(value)) return isExactly(value, 'RegExp')
  return types.isArrayBuffer(value) || types.isDataView(value) || types.isTypedArray(value)
}

function mapEntry([key, child]: [unknown, unknown]): [string, unknown][] {
  const name = typeof key === 'string' ? JSON.stringify(key) : typeof key === 'object' ? '…' : String(key)
  return [
    ['.keys()', key],
    [`.get(${name})`, child],
  ]
}

function refusalOfPrimitive(value: unknown, rules: StorableRules): string | undefined {
  if (typeof value === 'function') return 'functions cannot be stored'
  if (typeof value === 'symbol') return 'symbols cannot be stored'
  if (typeof value === 'string' && !value.isWellFormed()) return 'it holds half of a surrogate pair, which is no text'
  return rules.refusePrimitive(value)
}

function refuseIf(refusal: string | false | undefined, path: string): void {
  if (refusal) throw new UnstorableError(path, refusal)
}

// By shape and not by identity, so that objects of another realm (vm, test runners) are as plain as ours.
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function isExactly(value: object, name: string): boolean {
  return nameOf(value) === name
}

function nameOf(value: object): string {
  return value.constructor?.name || 'an unnamed class'
}

function memberPath(path: string, key: string): string {
  if (!/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}
