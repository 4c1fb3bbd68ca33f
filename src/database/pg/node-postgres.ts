import { createHash } from 'node:crypto'
import type { PgClient, PgResult } from './client.ts'

interface NodePgQueryable {
  query(query: string | { name: string; text: string; values: unknown[] }): Promise<NodePgResult>
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
export function nodePostgresClient(client: NodePgClient): PgClient {
  const names = new Map<string, string>()
  return {
    query: async (text, values) => toResult(await client.query({ name: nameOf(text, names), text, values })),
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

function nameOf(text: string, names: Map<string, string>): string {
  const known = names.get(text)
  if (known) return known
  const name = `stored_session_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
  names.set(text, name)
  return name
}

const toResult = ({ rows, rowCount }: NodePgResult): PgResult => ({ rows, count: rowCount ?? rows?.length ?? 0 })
