import { minVersion } from 'semver'

/** Which versions of the dependencies a run has. */
export const versionSets = ['locked', 'newest', 'oldest'] as const

export type VersionSet = (typeof versionSets)[number]

type Ranges = Record<string, string>

/** The parts of package.json that say what npm installs. */
export interface Manifest {
  dependencies: Ranges
  peerDependencies: Ranges
  devDependencies: Ranges
}

const SQLITE = 'better-sqlite3'

/**
 * The manifest that makes npm install these versions of the packages that users have too; the tools of development keep
 * theirs.
 *
 * @param major - of the Node that runs the tests: better-sqlite3 13 needs 22, and 12 is built for 20
 */
export function manifestFor<Some extends Manifest>(manifest: Some, versions: VersionSet, major: number): Some {
  const { dependencies, peerDependencies, devDependencies } = manifest
  const peers = { ...peerDependencies, [SQLITE]: sqliteRange(peerDependencies[SQLITE]!, major) }
  if (versions === 'locked') {
    const changed = major < 22 ? {} : { [SQLITE]: peers[SQLITE]! }
    return { ...manifest, devDependencies: { ...devDependencies, ...changed } }
  }
  // The range of a peer is wider than that of the development dependency, which npm update raises.
  const of = versions === 'newest' ? (range: string) => range : oldestOf
  return {
    ...manifest,
    dependencies: mapped(dependencies, of),
    devDependencies: { ...devDependencies, ...mapped(peers, of) },
  }
}

function sqliteRange(range: string, major: number): string {
  const wanted = major < 22 ? 12 : 13
  const alternative = range.split('||').find((part) => minVersion(part)?.major === wanted)
  if (!alternative) throw new Error(`${SQLITE}: no range for version ${wanted} in "${range}"`)
  return alternative.trim()
}

function oldestOf(range: string): string {
  const version = minVersion(range)
  if (!version) throw new Error(`"${range}" allows no version`)
  return version.version
}

function mapped(ranges: Ranges, change: (range: string) => string): Ranges {
  return Object.fromEntries(Object.entries(ranges).map(([name, range]) => [name, change(range)]))
}
