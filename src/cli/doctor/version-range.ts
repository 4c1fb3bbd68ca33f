type Version = readonly [number, number, number]

/** The first version in a text: `15.18 (Debian …)` is 15.18.0. Undefined where there is none. */
function versionIn(text: string): { version: Version; parts: number } | undefined {
  const [, major, minor, patch] = /(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text) ?? []
  if (major === undefined) return undefined
  const given = [major, minor, patch].filter((part) => part !== undefined)
  return { version: [Number(major), Number(minor ?? 0), Number(patch ?? 0)], parts: given.length }
}

function compare(one: Version, other: Version): number {
  const place = one.findIndex((number, index) => number !== other[index])
  return place < 0 ? 0 : one[place]! - other[place]!
}

/** Whether a version is this one or a later one. One that cannot be read is taken for good. */
export function isAtLeast(version: string, least: string): boolean {
  const [one, other] = [versionIn(version), versionIn(least)]
  return !one || !other || compare(one.version, other.version) >= 0
}

/**
 * Whether a version is in a range as `package.json` has it: alternatives parted by `||`, each of comparisons that all
 * must hold: `^1.2.3`, `~1.2`, `>=1 <2`, `1.x`, `*`. What cannot be read holds.
 */
export function isInRange(version: string, range: string): boolean {
  const found = versionIn(version)
  if (!found) return true
  return range.split('||').some((alternative) => {
    const comparisons = alternative
      .trim()
      .replaceAll(/([<>=^~])\s+/g, '$1')
      .split(/\s+/)
    return comparisons.every((comparison) => holds(found.version, comparison))
  })
}

function holds(version: Version, comparison: string): boolean {
  const [, operator = '', text = ''] = /^(\^|~|[<>]=?|=)?v?(.*)$/.exec(comparison) ?? []
  const bound = versionIn(text)
  if (!bound) return true
  const difference = compare(version, bound.version)
  if (operator === '>=') return difference >= 0
  if (operator === '<') return difference < 0
  if (operator === '>') return difference > 0
  if (operator === '<=') return difference <= 0
  if (operator === '^') return difference >= 0 && compare(version, afterCaret(bound.version)) < 0
  return (
    difference >= 0 &&
    compare(version, after(bound.version, operator === '~' ? Math.min(bound.parts, 2) : bound.parts)) < 0
  )
}

// The first version that has another number at the first place that is not zero.
function afterCaret(bound: Version): Version {
  const place = bound.findIndex((number) => number !== 0)
  return after(bound, place < 0 ? 3 : place + 1)
}

/** The first version that differs in one of so many places. */
function after([major, minor, patch]: Version, places: number): Version {
  if (places === 1) return [major + 1, 0, 0]
  return places === 2 ? [major, minor + 1, 0] : [major, minor, patch + 1]
}
