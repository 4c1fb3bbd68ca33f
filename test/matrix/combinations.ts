import type { Combination } from './combination.ts'
import { allFeatures, type Features } from './features.ts'
import { operations } from './operations.ts'

/**
 * Every pair of operations with every feature that changes what one of them means, and three at a time where the first
 * two make of one session another id or another session, and the third ends, reads or trims what there is.
 */
export function allCombinations(): Combination[] {
  return Object.entries(allFeatures).flatMap(([name, features]) =>
    [...pairsFor(features), ...triplesFor(features)].map((parties) => {
      return { name, features, operations: parties, ...(features.slow && { weight: SLOW_WEIGHT }) }
    }),
  )
}

/** Races that wait for a timeout take many times as long as others. */
const SLOW_WEIGHT = 0.25

const MOVING = ['rotate', 'regenerate with keys']
const BEGINNING = ['sign in', 'sign in elsewhere', 'rotate', 'regenerate with keys', 'change the user']
const MEETING = [
  'read',
  'sign out',
  'handshake that reloads and saves',
  'handshake that signs out',
  'revoke the user',
  'revoke by handle',
  'revoke all but this one',
  'trim when due',
  'the overlap passes',
]

function triplesFor({ isAnonymous, bindToCookie, hasAbsoluteTimeout, isRekeyed, slow }: Features): string[][] {
  if (isAnonymous || bindToCookie || hasAbsoluteTimeout || slow) return []
  const meeting = isRekeyed ? ['reencrypt, and remove the old key'] : MEETING
  return MOVING.flatMap((first) => BEGINNING.flatMap((second) => meeting.map((third) => [first, second, third])))
}

function pairsFor(features: Features): (readonly [string, string])[] {
  const names = Object.keys(operations).filter((name) => operations[name]!.needs?.(features) ?? true)
  const own = operationsOf(features)
  return names.flatMap((first, index) =>
    // The first party alone holds the old id, so that the order of the two makes a difference.
    names
      .slice(features.holds ? 0 : index)
      .filter((second) => !own || own.includes(first) || own.includes(second))
      .filter((second) => isRequest(first) || (isRequest(second) && !features.holds))
      .map((second) => [first, second] as const),
  )
}

const isRequest = (name: string) => operations[name]!.from !== 'operator'

/** The operations that mean something else with a feature; undefined for all of them. */
function operationsOf(features: Features): readonly string[] | undefined {
  const { maxPerUser, bindToCookie, hasLifetime, hasAbsoluteTimeout, isRekeyed, slow } = features
  if (slow) return ['save twice', 'rotate', 'regenerate with keys']
  if (maxPerUser) return ['sign in', 'sign in elsewhere', 'set the user', 'verify', 'change the user']
  if (bindToCookie) return ['rotate', 'sign out', 'revoke by old handle', 'regenerate with keys']
  if (hasLifetime) return ['read', 'save unchanged', 'rotate', 'handshake that saves']
  if (hasAbsoluteTimeout) return ['the absolute timeout passes']
  if (isRekeyed) return ['reencrypt, and remove the old key']
  return undefined
}
