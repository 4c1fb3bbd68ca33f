import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Config } from 'drizzle-kit'

/**
 * Settings for drizzle-kit, here and from a project that uses the package:
 *
 *   DATABASE_URL=postgres://… npx drizzle-kit migrate
 *   DATABASE_URL=postgres://… npx drizzle-kit migrate --config node_modules/stored-session/drizzle.config.ts
 *
 * PARTITIONED=1 makes a table in PostgreSQL that is partitioned by the hash of its key.
 * DATABASE_URL takes the same forms as the plugin's `database` option; DIALECT alone is enough to generate.
 */
const folders = { postgresql: 'pg', mysql: 'mysql', sqlite: 'sqlite' } as const
type Dialect = keyof typeof folders

const url = process.env.DATABASE_URL ?? ''
const dialect = (process.env.DIALECT ?? dialectOf(url)) as Dialect
const folder = folders[dialect]
const migrations = dialect === 'postgresql' && process.env.PARTITIONED ? 'pg-partitioned' : folder
const schema = `src/schema/${folder}.ts`

// The type alone is imported: strict package managers do not let an installed package see its consumer's drizzle-kit.
export default {
  dialect,
  // drizzle-kit reads paths from the folder it runs in, which is the consumer's when the package is installed.
  schema: existsSync(join(__dirname, schema)) ? join(__dirname, schema) : join(__dirname, `dist/schema/${folder}.js`),
  out: relative(process.cwd(), join(__dirname, 'drizzle', migrations)),
  dbCredentials: { url: dialect === 'sqlite' ? url.replace(/^sqlite:/i, '') : url.replace(/^mariadb:/i, 'mysql:') },
  // A journal of our own: in the shared default one, the application's newer migrations would hide ours.
  migrations: { table: 'stored_sessions_migrations', schema: 'public' },
} satisfies Config

function dialectOf(databaseUrl: string): Dialect {
  if (/^postgres(ql)?:/i.test(databaseUrl)) return 'postgresql'
  if (/^(mysql|mariadb):/i.test(databaseUrl)) return 'mysql'
  if (/^sqlite:/i.test(databaseUrl)) return 'sqlite'
  throw new Error(
    'Set DATABASE_URL to the database that holds the sessions: postgres://…, mysql://…, mariadb://… or sqlite:PATH.',
  )
}
