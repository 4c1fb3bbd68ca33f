import { EqualValues } from './equal-values.ts'
import { ABSENT, isNothing, type Merging, type Sides } from './merging.ts'

type MergeValue = (sides: Sides, merging: Merging) => unknown
type Members = Record<string, unknown>

/** Merges the members of plain objects. */
export function mergeObjects(sides: Sides, merging: Merging, mergeValue: MergeValue): object {
  const [theirs, ours] = [sides.theirs as Members, sides.ours as Members]
  const base = isNothing(sides.base) ? {} : (sides.base as Members)
  const at = (side: Members, key: string) => (Object.hasOwn(side, key) ? side[key] : ABSENT)
  const changed: [string, unknown][] = []
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const mine = at(ours, key)
    const value = mergeValue({ base: at(base, key), theirs: at(theirs, key), ours: mine }, merging)
    if (!Object.is(value, mine)) changed.push([key, value])
  }
  return changed.length === 0 ? ours : withMembers(ours, changed)
}

/** Changes members of an object, or of a copy if it cannot change: it is frozen, or has setters. */
function withMembers(object: Members, changed: readonly [string, unknown][]): Members {
  const target = canChange(object) ? object : { ...object }
  for (const [key, value] of changed) {
    if (value === ABSENT) delete target[key]
    // An assignment to `__proto__` would set the prototype.
    else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
  }
  return target
}

function canChange(object: Members): boolean {
  if (!Object.isExtensible(object)) return false
  const properties = Object.values(Object.getOwnPropertyDescriptors(object))
  return properties.every(({ writable, configurable }) => writable && configurable)
}

type Entries = Map<unknown, unknown>

/** Merges the values of Maps by their keys; undefined if a Map has two equal keys, which cannot be told apart. */
export function mergeMaps(sides: Sides, merging: Merging, mergeValue: MergeValue): Entries | undefined {
  const ours = sides.ours as Entries
  const equals = new EqualValues(merging.isSame)
  // Ours come first, so that the live session keeps its own key objects.
  const [mine, theirs, base] = [ours, sides.theirs as Entries, sides.base as Entries].map((side) =>
    keyedBy(equals, side instanceof Map ? side : new Map()),
  )
  if (!mine || !theirs || !base) return undefined
  const at = (side: Entries, key: unknown) => (side.has(key) ? side.get(key) : ABSENT)
  for (const key of new Set([...mine.keys(), ...theirs.keys()])) {
    const old = at(mine, key)
    const value = mergeValue({ base: at(base, key), theirs: at(theirs, key), ours: old }, merging)
    if (value === ABSENT) ours.delete(key)
    else if (!Object.is(value, old)) ours.set(key, value)
  }
  return ours
}

function keyedBy(equals: EqualValues, map: Entries): Entries | undefined {
  const keyed = new Map([...map].map(([key, value]) => [equals.of(key), value]))
  return keyed.size === map.size ? keyed : undefined
}
