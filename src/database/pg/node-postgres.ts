import type { Patience } from '../patience.ts'
import type { PgClient, PgResult } from './client.ts'

interface NodePgQueryable {
  query(query: string | { name: string; text: string; values: unknown[]; query_timeout: number }): Promise<NodePgResult>
}

/** The part of a `pg` Pool or Client that is used; PGlite and Neon's pool have their own adapters or this shape. */
export interface NodePgClient extends NodePgQueryable {
  connect?(): Promise<NodePgQueryable & { release?(): void }>
}

interface NodePgResult {
  rows: Record<string, unknown>[]
  rowCount: number | null
}

/** Speaks through a `pg` Pool or Client that the application opened, and closes nothing. */
export function nodePostgresClient(client: NodePgClient, patience: Patience): PgClient {
  return {
    query: async (text, values, isBulk) => {
      // A pool ends the connection of a statement that took longer.
      const query_timeout = isBulk ? patience.bulk : patience.request
      return toResult(await client.query({ name: nameOf(text), text, values, query_timeout }))
    },
    transaction: (work) => transaction(client, work),
    close: async () => {},
  }
}

async function transaction(
  client: NodePgClient,
  work: (query: (text: string) => Promise<PgResult>) => Promise<void>,
): Promise<void> {
  const isPool = 'totalCount' in client
  const connection = isPool ? await client.connect!() : client
  try {
    await connection.query('begin')
    await work(async (text) => toResult(await connection.query(text)))
    await connection.query('commit')
  } catch (error) {
    await connection.query('rollback').catch(() => {})
    throw error
  } finally {
    if (isPool) (connection as { release(): void }).release()
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

const toResult = ({ rows, rowCount }: NodePgResult): PgResult => ({ rows, count: rowCount ?? rows?.length ?? 0 })
