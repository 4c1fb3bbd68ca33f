import { EqualValues } from './equal-values.ts'
import type { Merging, Sides } from './merging.ts'

/**
 * Merges Sets by their elements: what either side added is in, and what either side deleted is out. Undefined if a Set
 * has two equal elements, which cannot be told apart.
 */
export function mergeElements(sides: Sides, { isSame }: Merging): Set<unknown> | undefined {
  const ours = sides.ours as Set<unknown>
  const equals = new EqualValues(isSame)
  const [mine, theirs, base] = [ours, sides.theirs, sides.base].map((side) => distinct(equals, side))
  if (!mine || !theirs || !base) return undefined
  for (const element of base) if (!theirs.has(element)) ours.delete(element)
  for (const element of theirs) if (!base.has(element)) ours.add(element)
  return ours
}

function distinct(equals: EqualValues, side: unknown): Set<unknown> | undefined {
  const elements = side instanceof Set ? [...side] : []
  const found = new Set(elements.map((element) => equals.of(element)))
  return found.size === elements.length ? found : undefined
}
