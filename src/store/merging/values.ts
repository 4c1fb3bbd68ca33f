import { mergeElements } from './elements.ts'
import { mergeLists } from './lists.ts'
import { mergeMaps, mergeObjects } from './members.ts'
import { isNothing, kindOf, type Merging, type Sides } from './merging.ts'

/**
 * Merges one value. Containers of the same kind are merged inside, into the container of ours, which stays the object
 * that it is; every other value comes from one side.
 *
 * @returns the merged value, or `ABSENT`
 */
export function mergeValue(sides: Sides, merging: Merging): unknown {
  const kind = kindOf(sides.ours)
  const isAlike = kind && kindOf(sides.theirs) === kind && (isNothing(sides.base) || kindOf(sides.base) === kind)
  if (!isAlike || merging.rule === 'whole') return mergeWhole(sides, merging)
  if (kind === 'object') return mergeObjects(sides, merging, mergeValue)
  if (kind === 'map') return mergeMaps(sides, merging, mergeValue) ?? mergeWhole(sides, merging)
  if (kind === 'set') return mergeElements(sides, merging) ?? mergeWhole(sides, merging)
  return mergeLists(sides, merging)
}

/** Takes the value of the side that changed it. Where both did, ours is the later change and stays. */
function mergeWhole({ base, theirs, ours }: Sides, merging: Merging): unknown {
  if (merging.isSame(ours, base)) return theirs
  if (merging.isSame(theirs, base)) return ours
  const sum = merging.rule === 'add' ? sumOf(base, theirs, ours) : undefined
  if (sum !== undefined) return sum
  if (!merging.isSame(ours, theirs)) merging.hasConflict = true
  return ours
}

/** Adds up the two changes of a number; undefined unless all are finite numbers, or all are BigInts. */
function sumOf(base: unknown, theirs: unknown, ours: unknown): number | bigint | undefined {
  if (typeof theirs === 'bigint' && typeof ours === 'bigint') {
    const from = isNothing(base) ? 0n : base
    return typeof from === 'bigint' ? theirs + ours - from : undefined
  }
  const from = isNothing(base) ? 0 : base
  if (typeof theirs !== 'number' || typeof ours !== 'number' || typeof from !== 'number') return undefined
  const sum = theirs + (ours - from)
  return Number.isFinite(sum) ? sum : undefined
}
