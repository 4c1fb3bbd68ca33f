import type { Dialect } from '../../database/recognise.ts'
import { UsageError } from '../frame/errors.ts'
import type { Project } from './project.ts'

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
