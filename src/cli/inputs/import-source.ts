import type { Settings } from '../../doctor/findings/settings.ts'
import type { SourcePlace } from '../../importing/source.ts'
import { type SourceName, sourceNames } from '../../importing/sources.ts'
import { CommandError, UsageError } from '../frame/errors.ts'
import type { CommandOptions, OptionValues } from '../frame/options.ts'

/** The options for the source of an import. */
export const sourceOptions = {
  from: { type: 'string', value: 'STORE', description: sourceNames.join(', ') },
  source: {
    type: 'string',
    value: 'URL',
    isUrl: true,
    description: 'the URL of its database, without a password; for json the path of a file',
  },
  'source-env': {
    type: 'string',
    value: 'NAME',
    description: 'the variable that holds the URL of its database (default: SOURCE_URL)',
  },
  table: { type: 'string', value: 'NAME', description: 'the name of its table (default: as that store names it)' },
  prefix: { type: 'string', value: 'TEXT', description: 'prefix of its keys in Redis (default: sess:)' },
} as const satisfies CommandOptions

/** The source of the sessions, and its description without the URL, which may contain a password. */
interface ChosenSource {
  readonly name: SourceName
  readonly place: SourcePlace
  readonly origin: string
}

const VARIABLE = 'SOURCE_URL'

/**
 * The place from the options and the environment, or else the database of the sessions itself, where many stores also
 * have their table.
 *
 * @throws `UsageError`, and `CommandError` where there is nothing to read from
 */
export async function sourceOf(
  values: OptionValues<typeof sourceOptions>,
  settings: () => Promise<Settings>,
): Promise<ChosenSource> {
  const name = sourceName(values.from)
  const { table, prefix } = values
  if (prefix !== undefined && name !== 'connect-redis')
    throw new UsageError('--prefix is only for connect-redis; omit it')
  if (table !== undefined && ['connect-redis', 'json'].includes(name)) {
    throw new UsageError(`--table is for stores that have one; ${name} has none`)
  }
  const place = { table, prefix }
  const { url, origin } = givenPlace(name, values) ?? (await ownDatabase(name, settings))
  return { name, origin, place: name === 'json' && url === '-' ? { url, input: process.stdin } : { ...place, url } }
}

function sourceName(from: string | undefined): SourceName {
  if (sourceNames.includes(from as SourceName)) return from as SourceName
  throw new UsageError(`--from must be one of ${sourceNames.join(', ')}`)
}

interface Place {
  readonly url: string
  readonly origin: string
}

function givenPlace(
  name: SourceName,
  { source, 'source-env': variable }: OptionValues<typeof sourceOptions>,
): Place | undefined {
  if (source !== undefined && variable !== undefined) {
    throw new UsageError('--source and --source-env cannot be combined; omit one of them')
  }
  if (source !== undefined) return { url: source, origin: name === 'json' ? source : '--source' }
  // The message about an unset variable shows its name, which must not be a URL.
  if (variable !== undefined && !/^[A-Za-z_]\w*$/.test(variable)) {
    throw new UsageError('--source-env needs the name of a variable, such as OLD_URL, not its value')
  }
  const url = process.env[variable ?? VARIABLE]
  if (url) return { url, origin: variable ?? VARIABLE }
  if (variable !== undefined) throw new CommandError(`the variable ${variable}, which --source-env names, is not set`)
  return undefined
}

async function ownDatabase(name: SourceName, settings: () => Promise<Settings>): Promise<Place> {
  if (name === 'json') return { url: '-', origin: 'stdin' }
  const { database } = (await settings()).options
  if (name !== 'connect-redis' && typeof database === 'string') return { url: database, origin: 'the database itself' }
  throw new CommandError(
    `the source is missing; set ${VARIABLE} to the URL of the ${name === 'connect-redis' ? 'Redis' : 'database'} ` +
      `of ${name}, or name another variable with --source-env`,
  )
}
