import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Dialect } from '../../database/recognise.ts'
import { UsageError } from '../frame/errors.ts'
import type { Project } from './project.ts'

/** An installed package. */
export interface Installed {
  readonly name: string
  readonly version: string
  /** The Node versions that it supports, as a range. */
  readonly node: string
  readonly folder: string
}

interface Manifest {
  readonly version: string
  readonly engines?: { readonly node?: string }
  readonly peerDependencies?: Record<string, string>
  readonly dependencies?: Record<string, string>
}

/** The folder of this package. */
export const ownFolder = folderWithManifest(dirname(fileURLToPath(import.meta.url)))

/** The manifest of this package. */
export const ownManifest = manifestIn(ownFolder)

/** The package that an import in this folder finds, with any exports; undefined where there is none. */
export function installedFrom(folder: string, name: string): Installed | undefined {
  for (let place = realpathSync(folder); ; place = dirname(place)) {
    const found = join(place, 'node_modules', name)
    if (existsSync(join(found, 'package.json'))) {
      const { version, engines } = manifestIn(found)
      return { name, version, node: engines?.node ?? '*', folder: realpathSync(found) }
    }
    if (place === dirname(place)) return undefined
  }
}

function folderWithManifest(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : folderWithManifest(dirname(folder))
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** The packages that connect to databases. */
export const DRIVERS = {
  postgres: 'pg',
  pg: 'pg',
  mysql2: 'mysql',
  'better-sqlite3': 'sqlite',
} as const satisfies Record<string, Dialect>

export type Driver = keyof typeof DRIVERS

const isDriver = (name: string): name is Driver => Object.hasOwn(DRIVERS, name)

/**
 * The requested driver, or the driver of the project. Of the two for PostgreSQL, the one that opens URLs is chosen.
 *
 * @throws `UsageError` for an unknown driver, and where there is none or a choice
 */
export function driverOf(given: string | undefined, { packages }: Project): Driver {
  const names = Object.keys(DRIVERS).join(', ')
  if (given !== undefined) {
    if (isDriver(given)) return given
    throw new UsageError(`--driver must be one of ${names}`)
  }
  const found = packages.filter(isDriver).filter((name) => name !== 'pg' || !packages.includes('postgres'))
  const [driver, ...others] = found
  if (driver && others.length === 0) return driver
  throw new UsageError(
    driver
      ? `package.json has several drivers (${found.join(', ')}); say which is for the sessions: --driver ${driver}`
      : `package.json has no driver of a database; install one of ${names}, or say which it will be: --driver postgres`,
  )
}

const DIALECT_NAMES: Readonly<Record<string, Dialect>> = {
  pg: 'pg',
  postgres: 'pg',
  postgresql: 'pg',
  mysql: 'mysql',
  mariadb: 'mysql',
  sqlite: 'sqlite',
}

/** The dialect with this name, in drizzle-kit or in common use. @throws `UsageError` */
export function dialectNamed(word: string): Dialect {
  const dialect = Object.hasOwn(DIALECT_NAMES, word) ? DIALECT_NAMES[word] : undefined
  if (dialect) return dialect
  throw new UsageError('--dialect must be postgresql, mysql, mariadb or sqlite')
}
