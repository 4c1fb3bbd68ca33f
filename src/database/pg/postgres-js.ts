import type { Sql } from 'postgres'
import { lateAnswer, type Patience } from '../patience.ts'
import type { PgClient, PgQuery, PgResult } from './client.ts'

type UnsafeQuery = Pick<Sql, 'unsafe'>

/** A statement under way. */
type PendingQuery = ReturnType<Sql['unsafe']>

/** A statement that was cancelled has this long to end, in milliseconds; a connection that is alive needs far less. */
const CANCELLED_MS = 1_000

/**
 * Speaks through postgres.js.
 *
 * @param onStuck - called when a statement does not end although it was cancelled: its connection is dead
 */
export function postgresJsClient(
  sql: Sql,
  patience: Patience,
  close: () => Promise<void>,
  onStuck = () => {},
): PgClient {
  // Behind a pooler that was told so, statements must not outlive their transaction.
  const prepare = sql.options.prepare
  return {
    query: (text, values, isBulk) => {
      const query = sql.unsafe(text, values as never[], { prepare })
      return patiently(query, isBulk ? patience.bulk : patience.request, onStuck)
    },
    transaction: async (work) => {
      await sql.begin((tx) => work(queryOf(tx, prepare, patience.bulk, onStuck)))
    },
    isSingle: sql.options.max === 1,
    close,
  }
}

/** Sends statements over one connection; see {@link PgClient.transaction}. */
export function queryOf(sql: UnsafeQuery, prepare: boolean, ms: number, onStuck: () => void): PgQuery {
  return (text, values) =>
    values ? patiently(sql.unsafe(text, values as never[], { prepare }), ms, onStuck) : run(sql, text)
}

async function run(sql: UnsafeQuery, text: string): Promise<PgResult> {
  const query = sql.unsafe(text, [], { prepare: false })
  const answer: Answer | Answer[] = await answerOf(query)
  // Several statements in one text have a list of results.
  return toResult('count' in answer ? answer : answer.at(-1)!)
}

// Statements that did not even reach a connection.
const unsent = new WeakSet<object>()

/** Whether a statement that failed was not even sent. */
export const isUnsent = (error: unknown) => unsent.has(error as object)

async function answerOf(query: PendingQuery): Promise<Answer> {
  try {
    return await query
  } catch (error) {
    // The driver notes the connection that it sends a statement over.
    if (!(query as unknown as { state: unknown }).state) unsent.add(error as object)
    throw error
  }
}

/** Cancels a statement whose time is up, so that a lock that it waits for does not keep its connection. */
async function patiently(query: PendingQuery, ms: number, onStuck: () => void): Promise<PgResult> {
  let isCancelled = false
  let timer = setTimeout(() => {
    isCancelled = true
    cancel(query)
    timer = setTimeout(onStuck, CANCELLED_MS)
  }, ms)
  try {
    const answer = await answerOf(query)
    // A commit that waited for a synchronous standby is done when that is cancelled, and the standby may not have it.
    if (isCancelled) throw lateAnswer(ms)
    return toResult(answer)
  } finally {
    clearTimeout(timer)
  }
}

// postgres.js (3.4.9) confuses the answers on a connection of which a statement is cancelled before its turn, loses a
// connection that is just being opened for it, and leaves a cancellation that fails to the process.
function cancel(query: PendingQuery): void {
  const { active, canceller } = query as unknown as { active: boolean; canceller(query: PendingQuery): Promise<void> }
  if (active) canceller(query).catch(() => {})
}

type Answer = Awaited<PendingQuery>

const toResult = (rows: Answer): PgResult => ({ rows, count: rows.count })
