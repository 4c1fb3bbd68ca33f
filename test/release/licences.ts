/** A package as package-lock.json has it. */
export interface LockedPackage {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly devOptional?: boolean
}

/** Licences that ask users of the package for no more than a notice. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
])

/** Licences for tools that nobody gets with the package. */
const TOOLS = new Set([...PERMISSIVE, 'MPL-2.0'])

/** Packages whose manifest names no licence in the form of SPDX, and the licence that their LICENSE file is. */
const BY_FILE: Record<string, string> = {
  buildcheck: 'MIT',
  'cpu-features': 'MIT',
  'passport-local': 'MIT',
  'passport-strategy': 'MIT',
  ssh2: 'MIT',
}

/** The packages of a lock file whose licence is unknown or not allowed, each with the reason. */
export function refusedLicences(packages: Record<string, LockedPackage>): string[] {
  return Object.entries(packages).flatMap(([path, { version, license, dev, devOptional }]) => {
    if (path === '') return []
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    const known = license ?? BY_FILE[name]
    const isTool = Boolean(dev || devOptional)
    if (known && isAllowed(known, isTool ? TOOLS : PERMISSIVE)) return []
    return [`${name} ${version}: ${known ?? 'no licence'} (${isTool ? 'development' : 'in the package'})`]
  })
}

/** Whether an SPDX expression of AND and OR, without nesting, allows one of these licences. */
function isAllowed(expression: string, allowed: ReadonlySet<string>): boolean {
  const alternatives = expression.replace(/^\((.*)\)$/, '$1').split(' OR ')
  return alternatives.some((all) => all.split(' AND ').every((licence) => allowed.has(licence.trim())))
}
