import type { Combination } from './combination.ts'
import { allFeatures, type Features } from './features.ts'
import { operations } from './operations.ts'

/** Every pair of operations with every feature that changes what one of them means. */
export function allCombinations(): Combination[] {
  return Object.entries(allFeatures).flatMap(([name, features]) =>
    pairsFor(features).map((pair) => ({ name, features, operations: pair })),
  )
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
  const { maxPerUser, bindToCookie, hasLifetime, hasAbsoluteTimeout, isRekeyed } = features
  if (maxPerUser) return ['sign in', 'sign in elsewhere', 'set the user', 'verify', 'change the user']
  if (bindToCookie) return ['rotate', 'sign out', 'revoke by old handle', 'regenerate with keys']
  if (hasLifetime) return ['read', 'save unchanged', 'rotate', 'handshake that saves']
  if (hasAbsoluteTimeout) return ['the absolute timeout passes']
  if (isRekeyed) return ['reencrypt, and remove the old key']
  return undefined
}
