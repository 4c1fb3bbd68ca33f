import coerce from 'semver/functions/coerce.js'
import satisfies from 'semver/functions/satisfies.js'
import validRange from 'semver/ranges/valid.js'
import { drizzleKind, isSessionDatabase } from '../../database/recognise.ts'
import { type Installed, installedFrom, ownFolder, ownManifest } from '../../installation/packages.ts'
import { type Found, fault, ok, warning } from '../findings/finding.ts'
import type { Subject } from '../findings/subject.ts'

const DRIVERS = { pg: 'postgres', mysql: 'mysql2', sqlite: 'better-sqlite3' } as const

/** The drivers of databases that the application passes, where they are not those of URLs. */
const DRIVER_OF_DRIZZLE: Record<string, string> = {
  NodePgDatabase: 'pg',
  PgliteDatabase: '@electric-sql/pglite',
  LibSQLDatabase: '@libsql/client',
}

/** Ranges that package.json does not have: the driver of databases that the application passes. */
const FURTHER_RANGES: Record<string, string> = { pg: '^8.11.0' }

/** Compares Node and the packages that sessions use with the supported versions. */
export function checkVersions(subject: Subject | undefined, folder: string): Found[] {
  const driver = subject && driverOf(subject)
  const names = ['fastify', '@fastify/session', 'drizzle-orm', ...(driver ? [driver] : [])]
  const found = names.map((name) => installedFrom(folder, name) ?? installedFrom(ownFolder, name))
  const installed = found.filter((one) => one !== undefined)
  const missing = names.filter((_, index) => !found[index])
  const wrong = [...nodeFaults(), ...missing.map(absent), ...installed.flatMap(packageFaults), ...copies(folder)]
  if (wrong.length > 0) return wrong
  return [ok(`Node ${process.versions.node}, ${installed.map(({ name, version }) => `${name} ${version}`).join(', ')}`)]
}

function driverOf({ database, dialect }: Subject): string | undefined {
  if (isSessionDatabase(database)) return undefined
  return DRIVER_OF_DRIZZLE[drizzleKind(database) ?? ''] ?? DRIVERS[dialect]
}

function nodeFaults(): Found[] {
  const { node } = process.versions
  const range = ownManifest.engines?.node ?? '*'
  return isInRange(node, range) ? [] : [fault(`Node ${node} is not supported`, `Use Node ${range}`)]
}

/** Whether a version is in a `package.json` range. Unreadable ones are in range. A prerelease counts as its release. */
export function isInRange(version: string, range: string): boolean {
  const release = coerce(version)
  return !release || validRange(range) === null || satisfies(release, range)
}

const absent = (name: string) => fault(`the package ${name} is not installed`, `Install it: npm install ${name}`)

function packageFaults({ name, version, node }: Installed): Found[] {
  const range = ownManifest.peerDependencies?.[name] ?? ownManifest.dependencies?.[name] ?? FURTHER_RANGES[name] ?? '*'
  if (!isInRange(version, range)) {
    return [fault(`${name} ${version} is not supported`, `Install one that is: npm install "${name}@${range}"`)]
  }
  if (isInRange(process.versions.node, node)) return []
  return [
    fault(
      `${name} ${version} does not support Node ${process.versions.node}`,
      `Use another Node (${node}), or another version of ${name} (${range})`,
    ),
  ]
}

// The tables of one copy are unknown to another copy, such as the copy of drizzle-kit.
function copies(folder: string): Found[] {
  const [theirs, ours] = [installedFrom(folder, 'drizzle-orm'), installedFrom(ownFolder, 'drizzle-orm')]
  if (!theirs || !ours || theirs.folder === ours.folder) return []
  return [
    warning(
      `drizzle-orm is installed twice: ${theirs.version} for the application, ${ours.version} for stored-session`,
      'Install one version: npm dedupe, or the same version in package.json',
    ),
  ]
}
