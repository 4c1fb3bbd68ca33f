import type { PgClient } from './client.ts'

/** What limits the storage: a sentence for each setting, with its fix. */
export async function checkPgSettings(client: PgClient): Promise<string[]> {
  const encoding = await settingOf(client, 'client_encoding')
  // Without a conversion the bytes are those that the driver sends.
  if (!encoding || /^(utf-?8|sql_ascii)$/i.test(encoding.setting)) return []
  return [
    `client_encoding is "${encoding.setting}" (${encoding.place}), but the drivers of Node send UTF-8: user ids that are not ASCII are stored in a spelling that other clients do not find. Remove the setting`,
  ]
}

/** What may make a client return other values than were stored: a sentence for each, with its fix. */
export async function pgSuspects(client: PgClient): Promise<string[]> {
  const conversions = client.conversions?.() ?? []
  const output = await settingOf(client, 'bytea_output')
  if (!output || output.setting === 'hex') return [...conversions]
  return [
    ...conversions,
    `bytea_output is "${output.setting}" (${output.place}), which the client that was passed in does not read. Run ALTER DATABASE … SET bytea_output = hex, and ALTER ROLE … RESET bytea_output; or pass the URL of the database instead of a client`,
  ]
}

/** A setting of the connections, and where it was made; undefined where the client or the server does not tell. */
async function settingOf(client: PgClient, name: string): Promise<{ setting: string; place: string } | undefined> {
  try {
    const { rows } = await client.query('select setting, source from pg_settings where name = $1', [name])
    const { setting, source } = rows[0] ?? {}
    return setting === undefined ? undefined : { setting: String(setting), place: placeOf(source) }
  } catch {
    return undefined
  }
}

const PLACES: Record<string, string> = {
  'configuration file': 'set in postgresql.conf',
  'command line': 'set on the command line of the server',
  database: 'set by ALTER DATABASE',
  user: 'set by ALTER ROLE',
  'database user': 'set by ALTER ROLE … IN DATABASE',
  client: 'set by the client when it connects',
  session: 'set by SET on the connection',
}

const placeOf = (source: unknown) => PLACES[String(source)] ?? `set by ${source}`

/** The types of our columns, with a value, and what becomes of it where the parser is a usual one. */
const USUAL: readonly [type: number, name: string, text: string, isUsual: (value: unknown) => boolean][] = [
  [17, 'bytea', '\\x61', (value) => value instanceof Uint8Array && value.length === 1 && value[0] === 97],
  [20, 'bigint', '1', (value) => Number(value) === 1],
  [23, 'integer', '1', (value) => Number(value) === 1],
  [25, 'text', 'a B', (value) => value === 'a B'],
  [1043, 'varchar', 'a B', (value) => value === 'a B'],
]

/** The options of postgres.js that convert values. */
export interface Conversions {
  readonly parsers: Readonly<Record<number, ((text: string) => unknown) | undefined>>
  readonly transform: Readonly<Record<'value' | 'column' | 'row', { readonly from?: unknown } | undefined>>
}

/** What a client of postgres.js that was passed in converts: a sentence for each, with its fix. */
export function conversionsOf({ parsers, transform }: Conversions): string[] {
  const types = USUAL.filter(([type, , text, isUsual]) => parsers[type] && !isUsual(parsers[type](text)))
  const transforms = (['value', 'column', 'row'] as const).filter((name) => transform[name]?.from)
  return [
    ...types.map(([, name]) => `the option types of the client that was passed in parses ${name}; ${REMEDY}`),
    ...transforms.map((name) => `the client that was passed in has the option transform.${name}; ${REMEDY}`),
  ]
}

const REMEDY = 'pass a client without it, or the URL of the database'
