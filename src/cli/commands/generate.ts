import type { Dialect } from '../../database/recognise.ts'
import type { Settings } from '../../doctor/findings/settings.ts'
import { defineCommand } from '../frame/command.ts'
import { CommandError, exitCodes, UsageError } from '../frame/errors.ts'
import { dialectNamed } from '../project/installed.ts'

export const generate = defineCommand({
  name: 'generate',
  summary: 'Print or write a Drizzle schema with the tables, or their SQL.',
  usage: '[--dialect D] [--table NAME] [--sql] [--out PATH [--force]]',
  details: `
With the schema, drizzle-kit of the application migrates the tables together with
its own. The SQL is what "migrate" would run, for manual migrations; "migrate"
continues from there. The command does not connect to a database. Options that are
not given are read from the settings.`,
  options: {
    dialect: { type: 'string', value: 'D', description: 'postgresql, mysql, mariadb or sqlite' },
    table: { type: 'string', value: 'NAME', description: 'the table (default: stored_sessions)' },
    sql: { type: 'boolean', description: 'SQL instead of a Drizzle schema' },
    out: { type: 'string', value: 'PATH', description: 'the file to write (default: stdout)' },
    force: { type: 'boolean', description: 'replace a file that has other content' },
  },
  async run({ values, output, settings }) {
    const given = values.dialect !== undefined && values.table !== undefined ? undefined : await known(settings)
    const dialect = values.dialect === undefined ? await dialectOf(given) : dialectNamed(values.dialect)
    const place = await placeOf(dialect, values.table ?? given?.options.table)
    const { schemaFile, storageStatements } = await import('../project/schema-file.ts')
    const { moduleKindOf, projectIn } = await import('../project/project.ts')
    const { migrationScript } = await import('../../database/migration-script.ts')
    const folder = process.cwd()
    const path = values.out ?? ''
    const content = values.sql
      ? migrationScript(dialect, place)
          .map((statement) => `${statement};\n`)
          .join('\n')
      : schemaFile(dialect, place, moduleKindOf(projectIn(folder), path))
    if (values.out === undefined) output.print({ dialect, content }, content.trimEnd())
    else await write(folder, path, content, values.force === true, output)
    if (values.sql) return exitCodes.ok
    output.message('Name the file in drizzle.config as schema, run drizzle-kit generate and drizzle-kit migrate, and')
    output.message('register with table: storedSessions and migrate: false.')
    const storage = storageStatements(dialect, place)
    if (storage.length > 0) output.message('drizzle-kit leaves these out; add them by drizzle-kit generate --custom:')
    for (const statement of storage) output.message(`  ${statement};`)
    return exitCodes.ok
  },
})

// Without settings, the options may be enough.
const known = (settings: () => Promise<Settings>) => settings().catch(unlessNone)

function unlessNone(error: unknown): undefined {
  if (error instanceof CommandError) return undefined
  throw error
}

async function dialectOf(given: Settings | undefined): Promise<Dialect> {
  const { recogniseDatabase } = await import('../../database/recognise.ts')
  const recognised = given && recogniseDatabase(given.options.database)
  if (recognised && 'dialect' in recognised) return recognised.dialect
  throw new UsageError('the dialect is missing; set --dialect to postgresql, mysql, mariadb or sqlite')
}

async function placeOf(dialect: Dialect, table: unknown) {
  const { DEFAULT_TABLE } = await import('../../database/sql/migrations.ts')
  const { placeOfName } = await import('../../database/sql/table-place.ts')
  const name = typeof table === 'string' ? table : DEFAULT_TABLE
  const place = dialect === 'pg' ? placeOfName(name) : { name }
  if (place) return place
  throw new UsageError(
    '--table has dots that can be read in several ways; write schema.table, and put a name that itself has dots in double quotes',
  )
}

async function write(
  folder: string,
  path: string,
  content: string,
  isForced: boolean,
  output: { print(data: unknown, text: string): void; message(text: string): void },
): Promise<void> {
  const { refuseUnsafe } = await import('../project/file-access.ts')
  const { plannedFile, writeFile } = await import('../project/written-file.ts')
  const file = plannedFile(folder, path, content)
  if (file.state !== 'same') refuseUnsafe(folder, file)
  if (file.state === 'other' && !isForced) {
    throw new CommandError(`${path} has other content; --force replaces it`)
  }
  if (file.state !== 'same') writeFile(folder, file)
  output.print({ written: file.state === 'same' ? [] : [path] }, '')
  output.message(file.state === 'same' ? `${path} is up to date.` : `Wrote ${path}.`)
}
