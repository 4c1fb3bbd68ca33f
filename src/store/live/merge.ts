import { isDeepStrictEqual } from 'node:util'

type Content = Record<string, unknown>

/** The outcome of a merge. */
export interface Merged<Type extends Content> {
  readonly content: Type
  /** Keys that both sides changed, each in its own way: ours, the later, stands. */
  readonly conflicts: string[]
}

/**
 * Merges two changes of one session, key by key at the top level.
 *
 * A key that only they changed (or deleted) becomes theirs; any other stays ours.
 *
 * @param base - what both began from
 * @param theirs - what is stored now
 * @param ours - what is to be saved
 */
export function mergeThreeWays<Type extends Content>(base: Content, theirs: Type, ours: Type): Merged<Type> {
  const content: Content = {}
  const conflicts: string[] = []
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const oursChanged = !same(base, ours, key)
    const source = oursChanged ? ours : theirs
    if (oursChanged && !same(base, theirs, key) && !same(ours, theirs, key)) conflicts.push(key)
    if (Object.hasOwn(source, key)) content[key] = source[key]
  }
  return { content: content as Type, conflicts }
}

function same(one: Content, other: Content, key: string): boolean {
  return Object.hasOwn(one, key) === Object.hasOwn(other, key) && isDeepStrictEqual(one[key], other[key])
}
