import { type TimeLimits, within } from '../../time/time-limits.ts'
import type { PgClient, PgQuery, PgResult } from './client.ts'
import { plainTypes } from './values.ts'

interface NodePgStatement {
  readonly name?: string
  readonly text: string
  readonly values?: unknown[]
  readonly query_timeout?: number
  readonly types?: typeof plainTypes
}

interface NodePgQueryable {
  query(query: NodePgStatement): Promise<NodePgResult | NodePgResult[]>
}

/** The part of a `pg` Pool or Client that is used; PGlite and Neon's pool have their own adapters or this shape. */
export interface NodePgClient extends NodePgQueryable {
  connect?(): Promise<NodePgQueryable & { release?(): void }>
  /** Of a Pool. */
  readonly options?: { readonly max?: number; readonly binary?: boolean }
  /** Of a Client: whether the server sends values in binary form. */
  readonly binary?: boolean
}

interface NodePgResult {
  rows: Record<string, unknown>[]
  rowCount: number | null
}

/**
 * Speaks through a `pg` Pool or Client that the application opened, and closes nothing. Nothing tells it of a pooler that
 * loses prepared statements: as soon as one is missing, statements are sent without a name.
 */
export function nodePostgresClient(client: NodePgClient, timeLimits: TimeLimits): PgClient {
  let isPreparing = true

  // A pool ends the connection of a statement that took longer.
  const run = async (text: string, values: unknown[], query_timeout: number): Promise<PgResult> =>
    toResult(
      await client.query({
        ...(isPreparing && { name: nameOf(text) }),
        text,
        values,
        query_timeout,
        types: plainTypes,
      }),
    )

  const prepared = async (text: string, values: unknown[], ms: number) => {
    try {
      return await run(text, values, ms)
    } catch (error) {
      if (!isLostStatement(error)) throw error
      isPreparing = false
      return run(text, values, ms)
    }
  }

  return {
    // Neither does the driver limit how long a connection is waited for, nor do all adapters know `query_timeout`.
    query: (text, values, isBulk) => {
      const ms = isBulk ? timeLimits.bulk : timeLimits.request
      return within(ms, prepared(text, values, ms))
    },
    transaction: (work) => transaction(client, timeLimits.bulk, work),
    conversions: () => (client.binary || client.options?.binary ? [BINARY] : []),
    isSingle: !isPool(client) || client.options?.max === 1,
    close: async () => {},
  }
}

const NO_SUCH_STATEMENT = '26000'
const SUCH_A_STATEMENT = '42P05'

/**
 * Whether the connection with the server is not the one on which a statement was prepared. Our names are of this copy of
 * the module alone, so nobody else took them away; and what was refused so had no effect.
 */
function isLostStatement(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return code === NO_SUCH_STATEMENT || code === SUCH_A_STATEMENT
}

/** The driver (pg 8.23 with pg-protocol) reads bytes in binary form as if they were UTF-8. */
const BINARY =
  'the Pool or Client that was passed in has binary: true, with which pg does not return bytes as they are. Remove the option'

const isPool = (client: NodePgClient) => 'totalCount' in client

async function transaction(
  client: NodePgClient,
  query_timeout: number,
  work: (query: PgQuery) => Promise<void>,
): Promise<void> {
  const connection = isPool(client) ? await client.connect!() : client
  try {
    await connection.query({ text: 'begin' })
    await work(async (text, values) =>
      toResult(await connection.query({ text, ...(values && { values, query_timeout }), types: plainTypes })),
    )
    await connection.query({ text: 'commit' })
  } catch (error) {
    await connection.query({ text: 'rollback' }).catch(() => {})
    throw error
  } finally {
    if (isPool(client)) (connection as { release(): void }).release()
  }
}

// A connection knows statements by name, and one name must always mean one text: the names are of this copy of the module,
// because several stores, and several copies of the module, may share one pool.
const PREFIX = `stored_session_${Math.random().toString(36).slice(2)}_`
const names = new Map<string, string>()

function nameOf(text: string): string {
  const name = names.get(text) ?? `${PREFIX}${names.size}`
  names.set(text, name)
  return name
}

function toResult(answer: NodePgResult | NodePgResult[]): PgResult {
  // Several statements in one text have a list of results.
  const { rows, rowCount } = Array.isArray(answer) ? answer.at(-1)! : answer
  return { rows, count: rowCount ?? rows?.length ?? 0 }
}
