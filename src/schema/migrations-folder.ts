import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folders of our migrations, by dialect. */
export type MigrationsFolder = 'pg' | 'mysql' | 'sqlite'

/**
 * The folder of a dialect's migrations: two folders above this file, in the sources and in the package.
 *
 * @throws in a bundle, which does not contain them
 */
export function migrationsFolder(folder: MigrationsFolder): string {
  // A CommonJS bundle has no `import.meta.url`.
  const path = import.meta.url ? fileURLToPath(new URL(`../../drizzle/${folder}`, import.meta.url)) : ''
  if (existsSync(path)) return path
  throw new Error(
    'the migration files of the package are not in this bundle; set migrate: false, and run npx stored-session migrate when you deploy',
  )
}
