import { UnstorableError } from '../errors.ts'
import { DEEPEST, TOO_DEEP } from './nesting.ts'

/** What a serializer brings back equal, beyond plain objects, arrays, well-formed strings, booleans and null. */
export interface StorableRules {
  /** Whether an object that occurs several times, even inside itself, comes back as one object. */
  isReference(value: object): boolean
  /** The reason why a primitive cannot be stored, or undefined when it can. */
  refusePrimitive(value: unknown): string | undefined
  /** The reason why a list cannot hold this value, or undefined when it can. */
  refuseItem(value: unknown): string | undefined
  /** The values in a built-in object, each with its path suffix; or why it cannot be stored, without content. */
  inside(value: object): [suffix: string, child: unknown][] | string
}

const HALF_PAIR = 'it contains half of a surrogate pair, which is not valid Unicode; remove it'

/**
 * Refuses content that would not come back from the store unchanged.
 *
 * @throws `FST_STORED_SESSION_UNSTORABLE` for the first such value; its whole path is such as `cart.items[2].price`
 */
export function checkStorable(root: object, rules: StorableRules): void {
  const ancestors: object[] = []
  // The levels inside each visited object: one that occurs again may be nested too deep only there.
  const heights = new Map<object, number>()
  let lowest = 0
  // The path to the current value; written out only for a refusal.
  const steps: Step[] = []
  visit(root)

  function visit(value: unknown): void {
    if (typeof value !== 'object' || value === null) refuseIf(refusalOfPrimitive(value, rules))
    else if (!isKnown(value)) visitInside(value)
  }

  function visitStep(step: Step, value: unknown, refusal?: string | false): void {
    steps.push(step)
    refuseIf(refusal)
    visit(value)
    steps.pop()
  }

  function isKnown(value: object): boolean {
    if (!rules.isReference(value)) refuseIf(ancestors.includes(value) && 'it contains itself')
    const height = heights.get(value)
    const end = ancestors.length + (height ?? 0)
    refuseIf(end >= DEEPEST && TOO_DEEP)
    if (height === undefined || !rules.isReference(value)) return false
    if (end > lowest) lowest = end
    return true
  }

  function visitInside(value: object): void {
    const level = ancestors.length
    const before = lowest
    lowest = level
    heights.set(value, 0)
    ancestors.push(value)
    if (Array.isArray(value)) visitArray(value)
    else if (isPlain(value)) visitPlain(value)
    else visitBuiltIn(value)
    ancestors.pop()
    if (lowest > level) heights.set(value, lowest - level)
    if (before > lowest) lowest = before
  }

  function visitPlain(value: object): void {
    for (const key of Object.keys(value)) visitStep(key, (value as Record<string, unknown>)[key], refusalOfName(key))
    refuseIf(hasSymbols(value) && 'symbols cannot be stored, also not as names')
  }

  function visitArray(value: unknown[]): void {
    refuseIf(className(value) !== 'Array' && `instances of ${className(value)} cannot be stored; store an array`)
    refuseIf(!isList(value) && 'an array with holes or names cannot be stored')
    for (let index = 0; index < value.length; index++) visitStep(index, value[index], rules.refuseItem(value[index]))
  }

  function visitBuiltIn(value: object): void {
    const inside = rules.inside(value)
    if (typeof inside === 'string') return refuseIf(inside)
    for (const [suffix, child] of inside) visitStep({ suffix }, child)
  }

  function refuseIf(refusal: string | false | undefined): void {
    if (!refusal) return
    throw new UnstorableError(pathOf(steps.slice(0, 1)), refusal, shortened(steps))
  }
}

/** A step from a value to one inside it: the key of a member, the index of an item, or a built-in object's suffix. */
type Step = string | number | { readonly suffix: string }

/** The steps at either end of a long path that a log shows. */
const SHOWN = 10

function shortened(steps: readonly Step[]): string {
  if (steps.length <= 2 * SHOWN) return pathOf(steps)
  return `${pathOf(steps.slice(0, SHOWN))}…${pathOf(steps.slice(-SHOWN))}`
}

const pathOf = (steps: readonly Step[]) => steps.reduce(pathWith, '')

function pathWith(path: string, step: Step): string {
  if (typeof step === 'object') return path + step.suffix
  return typeof step === 'number' ? `${path}[${step}]` : memberPath(path, step)
}

function refusalOfName(key: string): string | false {
  return (key === '__proto__' && 'this name is reserved') || (!key.isWellFormed() && HALF_PAIR)
}

/** The name of an object's class, for a message: never the name of one of its own properties, which is content. */
export function className(value: object): string {
  const madeBy: unknown = Object.getPrototypeOf(value)?.constructor
  return (typeof madeBy === 'function' && madeBy.name) || 'an unnamed class'
}

function refusalOfPrimitive(value: unknown, rules: StorableRules): string | undefined {
  if (typeof value === 'function') return 'functions cannot be stored'
  if (typeof value === 'symbol') return 'symbols cannot be stored'
  if (typeof value === 'string' && !value.isWellFormed()) return HALF_PAIR
  return rules.refusePrimitive(value)
}

// By shape and not by identity, so that objects of another realm (vm, test runners) count as plain too.
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

// Indexes come first among the keys. With as many keys as items and the last index as the last key, all are indexes.
function isList(value: unknown[]): boolean {
  const keys = Object.keys(value)
  const areIndices = value.length === 0 || keys.at(-1) === String(value.length - 1)
  return keys.length === value.length && areIndices && !hasSymbols(value)
}

function hasSymbols(value: object): boolean {
  return Object.getOwnPropertySymbols(value).length > 0
}

function memberPath(path: string, key: string): string {
  if (!/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}

/** The values that JSON brings back equal. */
export const jsonRules: StorableRules = {
  isReference: () => false,
  refusePrimitive: (value) => {
    if (typeof value === 'bigint') return 'JSON cannot store a BigInt; use the msgpack serializer'
    if (typeof value === 'number' && !Number.isFinite(value)) return `JSON cannot store ${value}`
    return undefined
  },
  // As a property value it is omitted, and reads as undefined again.
  refuseItem: (value) => (value === undefined ? 'JSON makes null of undefined in a list; store null' : undefined),
  inside: (value) =>
    `JSON cannot store instances of ${className(value)}; use the msgpack serializer, or store a plain value`,
}
