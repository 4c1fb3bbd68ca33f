import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folders of our migrations, by dialect. */
export type MigrationsFolder = 'pg' | 'mysql' | 'sqlite'

/**
 * Where the migrations of a dialect are: two folders above this file, in the sources and in the package.
 *
 * @throws in a bundle, which leaves them behind
 */
export function migrationsFolder(folder: MigrationsFolder): string {
  // A bundle in CommonJS does not even know where it is.
  const path = import.meta.url ? fileURLToPath(new URL(`../../drizzle/${folder}`, import.meta.url)) : ''
  if (existsSync(path)) return path
  throw new Error(
    'the migration files of the package are not in this bundle; set migrate: false, and run npx stored-session migrate when you deploy',
  )
}
