import { isDeepStrictEqual } from 'node:util'
import { MergeError } from '../../errors.ts'
import { type KeyRule, type MergeFunction, type MergeRules, ruleOf } from './merge-rules.ts'
import { ABSENT, type Merging, type Sides } from './merging.ts'
import { tangledKeys } from './tangles.ts'
import { mergeValue } from './values.ts'

type Content = Record<string, unknown>

/** How to merge. */
export interface MergeSettings extends Pick<Merging, 'isLive' | 'isSame'> {
  readonly rules: MergeRules
}

/** The outcome of a merge. */
interface Merged<Type extends Content> {
  /** The object of ours, changed. */
  readonly content: Type
  /** Keys of which a change was lost, because both sides changed the same place; ours is later and stays. */
  readonly conflicts: string[]
}

/**
 * Merges two changes of one session into the object of ours. The result may contain objects of theirs.
 *
 * @param base - the content that both sides started from
 * @param theirs - the content that is stored now
 * @param ours - the content to save
 * @throws `FST_STORED_SESSION_MERGE_FAILED` if a function of the option `merge` throws
 */
export function mergeThreeWays<Type extends Content>(
  base: Content,
  theirs: Type,
  ours: Type,
  rules: MergeRules = {},
): Merged<Type> {
  const conflicts: string[] = []
  const settings = { rules, isLive: false, isSame: isDeepStrictEqual }
  mergeKeys({ base, theirs, ours }, settings, (key, value, hasConflict) => {
    if (hasConflict) conflicts.push(key)
    if (value === ABSENT) delete ours[key]
    else (ours as Content)[key] = value
  })
  return { content: ours, conflicts }
}

/** Merges the keys that theirs changed, and passes each with its merged value. Ours may change meanwhile. */
export function mergeKeys(
  { base, theirs, ours }: Record<keyof Sides, Content>,
  settings: MergeSettings,
  receive: (key: string, value: unknown, hasConflict: boolean) => void,
): void {
  let tangled: ReadonlySet<string> | undefined
  const isTangled = (key: string) => {
    tangled ??= new Set([base, theirs, ours].flatMap((side) => [...tangledKeys(side)]))
    return tangled.has(key)
  }
  const mergeOne = (key: string) => {
    const sides = { base: at(base, key), theirs: at(theirs, key), ours: at(ours, key) }
    // Both were decoded.
    if (Object.is(sides.theirs, sides.base) || isDeepStrictEqual(sides.theirs, sides.base)) return
    // Most keys that only they changed are new, or no objects.
    if (Object.is(sides.ours, sides.base) && typeof sides.ours !== 'object') return receive(key, sides.theirs, false)
    const merging: Merging = { ...settings, rule: ruleFor(key, sides, settings, isTangled), hasConflict: false }
    receive(key, mergeKey(key, sides, merging), merging.hasConflict)
  }
  for (const key of Object.keys(theirs)) mergeOne(key)
  for (const key of Object.keys(ours)) if (!Object.hasOwn(theirs, key)) mergeOne(key)
}

const at = (side: Content, key: string) => (Object.hasOwn(side, key) ? side[key] : ABSENT)

function ruleFor(
  key: string,
  { base, ours }: Sides,
  { rules, isLive, isSame }: MergeSettings,
  isTangled: (key: string) => boolean,
): KeyRule {
  const rule = ruleOf(rules, key)
  // A live session gets their change inside of its own objects.
  if (isSame(ours, base)) return isLive && !isTangled(key) ? 'member' : 'whole'
  if (typeof rule === 'function' || rule === 'last') return rule
  return isTangled(key) ? 'whole' : rule
}

function mergeKey(key: string, sides: Sides, merging: Merging): unknown {
  const { rule } = merging
  if (rule === 'last') return sides.ours
  if (typeof rule !== 'function') return mergeValue(sides, merging)
  return merging.isLive ? appliedLive(rule, sides) : applied(key, rule, sides)
}

const given = (value: unknown) => (value === ABSENT ? undefined : value)
const present = (value: unknown) => (value === undefined ? ABSENT : value)

function applied(key: string, merge: MergeFunction, { base, theirs, ours }: Sides): unknown {
  try {
    return present(merge(given(base), given(theirs), given(ours)))
  } catch (cause) {
    throw new MergeError(key, 'it threw an error', { cause })
  }
}

/** What is stored cannot be refused any more, so a later change stays as it is if it cannot be merged. */
function appliedLive(merge: MergeFunction, { base, theirs, ours }: Sides): unknown {
  try {
    return present(merge(given(base), given(theirs), structuredClone(given(ours))))
  } catch {
    return ours
  }
}
