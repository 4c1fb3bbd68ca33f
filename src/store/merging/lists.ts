import { EqualValues } from './equal-values.ts'
import { isNothing, type Merging, type Sides } from './merging.ts'

type List = unknown[]

/**
 * Merges arrays. Where both sides only appended, their items come first, and then ours. Any other change of both sides
 * is a conflict, unless a rule for the key says more.
 */
export function mergeLists(sides: Sides, merging: Merging): unknown {
  const { isSame, rule } = merging
  const [theirs, ours] = [sides.theirs as List, sides.ours as List]
  const base = isNothing(sides.base) ? commonStart(theirs, ours, merging) : (sides.base as List)
  if (isSame(ours, base)) return become(ours, theirs, merging)
  if (isSame(theirs, base)) return ours
  if (rule === 'union') return become(ours, union(base, theirs, ours, merging), merging)
  if (rule === 'append') return become(ours, bothAdditions(base, theirs, ours, merging), merging)
  if (startsWith(ours, base, merging) && (merging.isLive || startsWith(theirs, base, merging)))
    return become(ours, [...theirs, ...ours.slice(base.length)], merging)
  if (!isSame(ours, theirs)) merging.hasConflict = true
  return ours
}

// Two sides that both created an array may both have begun with the same default.
function commonStart(theirs: List, ours: List, { rule, isSame }: Merging): List {
  if (rule === 'append') return []
  const end = ours.findIndex((item, index) => index >= theirs.length || !isSame(item, theirs[index]))
  return end === -1 ? [...ours] : ours.slice(0, end)
}

const startsWith = (list: List, start: List, { isSame }: Merging) =>
  list.length >= start.length && start.every((item, index) => isSame(list[index], item))

/** Their elements without those that we removed, then the elements that we added. */
function union(base: List, theirs: List, ours: List, { isSame }: Merging): List {
  const equals = new EqualValues(isSame)
  const [mine, before, stored] = [ours, base, theirs].map((list) => new Set(list.map((item) => equals.of(item))))
  const kept = [...stored!].filter((item) => mine!.has(item) || !before!.has(item))
  const added = [...mine!].filter((item) => !before!.has(item) && !stored!.has(item))
  return [...kept, ...added]
}

/** Their items without those that we removed, then the items that we added; equal items count one by one. */
function bothAdditions(base: List, theirs: List, ours: List, { isSame }: Merging): List {
  const equals = new EqualValues(isSame)
  const added = without(equals, ours, base)
  return [...without(equals, theirs, without(equals, base, ours)), ...added]
}

/** The items of a list without as many equal items as the other list has. */
function without(equals: EqualValues, list: List, other: List): List {
  const left = new Map<unknown, number>()
  for (const item of other.map((one) => equals.of(one))) left.set(item, (left.get(item) ?? 0) + 1)
  return list.filter((item) => {
    const key = equals.of(item)
    const count = left.get(key) ?? 0
    if (count > 0) left.set(key, count - 1)
    return count === 0
  })
}

/** Gives an array these items, and keeps its own object of each equal item; a frozen array is replaced. */
function become(list: List, items: List, { isSame }: Merging): List {
  const own = new Map<unknown, List>()
  const equals = new EqualValues(isSame)
  for (const item of list) {
    const key = equals.of(item)
    const equal = own.get(key)
    if (equal) equal.push(item)
    else own.set(key, [item])
  }
  const next = items.map((item) => {
    const equal = own.get(equals.of(item))
    return equal && equal.length > 0 ? equal.shift() : item
  })
  if (!canChange(list)) return next
  for (const [index, item] of next.entries())
    if (index >= list.length || !Object.is(list[index], item)) list[index] = item
  list.length = next.length
  return list
}

const canChange = (list: List) =>
  Object.isExtensible(list) && !Object.isSealed(list) && Object.getOwnPropertyDescriptor(list, 'length')!.writable
