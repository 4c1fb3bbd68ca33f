import { WrongSettingsError } from '../../errors.ts'
import type { StorageNeeds } from '../contract/session-database.ts'
import type { MysqlClient } from './client.ts'

const SETTINGS = `select @@session.autocommit as isCommitting, @@session.completion_type as completion,
  @@session.sql_select_limit as mostRows, @@session.sql_mode as modes, @@session.max_allowed_packet as packet`

/** Rows that one read returns at most. */
const MOST_ROWS = 1_024
/** Content that changes of one moment share, and what their statements have besides. */
const LARGEST_SHARED = 1_048_576
const BESIDES = 65_536

/** Checks the connections, which are as ours should be unless a pool was passed in, or a proxy changes them. */
export async function checkMysqlSettings(client: MysqlClient, { maxBytes }: StorageNeeds): Promise<string[]> {
  const { isCommitting, completion, mostRows, modes, packet } = await settingsOf(client)
  if (Number(isCommitting) === 0) {
    throw wrong('autocommit is off', 'nothing that is written is ever committed', 'autocommit = 1')
  }
  if (completion !== undefined && !/^(NO_CHAIN|0)$/.test(String(completion))) {
    throw wrong(
      `completion_type is ${completion}`,
      'what is written after a transaction is not committed',
      'completion_type = 0',
    )
  }
  if (Number(mostRows) < MOST_ROWS) {
    throw wrong(`sql_select_limit is ${mostRows}`, 'reads leave out sessions', 'sql_select_limit = DEFAULT')
  }
  if (String(modes).includes('EMPTY_STRING_IS_NULL')) {
    throw wrong(
      'sql_mode has EMPTY_STRING_IS_NULL',
      'no session can end',
      "sql_mode = REPLACE(@@sql_mode, 'EMPTY_STRING_IS_NULL', '')",
    )
  }
  const needed = Math.max(maxBytes, LARGEST_SHARED) + BESIDES
  return Number(packet) < needed ? [smallPacket(Number(packet), maxBytes, needed)] : []
}

const smallPacket = (packet: number, maxBytes: number, needed: number) =>
  `max_allowed_packet is ${packet} bytes, and maxBytes ${maxBytes}: larger sessions, and many that are saved at once, are refused with a 503. Set max_allowed_packet to ${needed} or more in the configuration of the server${packet > 2 * BESIDES ? ', or make maxBytes smaller' : ''}`

const wrong = (what: string, consequence: string, setting: string) =>
  new WrongSettingsError(
    `${what} on the connections of the pool, so ${consequence}. Set it on each connection, pool.on('connection', (connection) => connection.query("SET SESSION ${setting}")), or for the server with SET GLOBAL and in its configuration and init_connect; or pass the URL of the database instead of a pool`,
  )

/** Empty for a server that does not know all of them. */
async function settingsOf(client: MysqlClient): Promise<Record<string, unknown>> {
  let settings: Record<string, unknown> = {}
  try {
    await client.withConnection(async (query) => {
      settings = (await query(SETTINGS)).rows[0] ?? {}
    })
  } catch {}
  return settings
}
