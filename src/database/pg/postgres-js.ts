import type { Sql } from 'postgres'
import { Deferred } from '../../time/deferred.ts'
import { lateAnswer, type TimeLimits } from '../../time/time-limits.ts'
import { type Conversions, conversionsOf } from './check-settings.ts'
import type { PgClient, PgQuery, PgResult } from './client.ts'

type UnsafeQuery = Pick<Sql, 'unsafe'>

/** A statement under way. */
type PendingQuery = ReturnType<Sql['unsafe']>

/** A statement that was cancelled has this long to end, in milliseconds; a connection that is alive needs far less. */
const CANCELLED_MS = 1_000

/** What a client does besides. */
interface Handling {
  close?(): Promise<void>
  /** Called when a statement does not end although it was cancelled: its connection is dead. */
  onStuck?(): void
  /** Whether a caller waits until a statement that was cancelled has ended, so that it can ask another host. */
  readonly waitsForEnd?: boolean
}

/** Speaks through postgres.js. */
export function postgresJsClient(sql: Sql, timeLimits: TimeLimits, handling: Handling = {}): PgClient {
  // Behind a pooler that was told so, statements must not outlive their transaction.
  const prepare = sql.options.prepare
  return {
    query: (text, values, isBulk) => {
      const query = sql.unsafe(text, values as never[], { prepare })
      return patiently(query, isBulk ? timeLimits.bulk : timeLimits.request, handling)
    },
    transaction: async (work) => {
      await sql.begin((tx) => work(queryOf(tx, prepare, timeLimits.bulk, handling)))
    },
    isSingle: sql.options.max === 1,
    conversions: () => conversionsOf(sql.options as unknown as Conversions),
    close: async () => handling.close?.(),
  }
}

/** Sends statements over one connection; see {@link PgClient.transaction}. */
export function queryOf(sql: UnsafeQuery, prepare: boolean, ms: number, handling: Handling): PgQuery {
  return (text, values) =>
    values ? patiently(sql.unsafe(text, values as never[], { prepare }), ms, handling) : run(sql, text)
}

async function run(sql: UnsafeQuery, text: string): Promise<PgResult> {
  const query = sql.unsafe(text, [], { prepare: false })
  try {
    const answer = (await query) as Answer | Answer[]
    // Several statements in one text have a list of results.
    return toResult('count' in answer ? answer : answer.at(-1)!)
  } catch (error) {
    noteUnsent(query, error)
    throw error
  }
}

// Statements that did not even reach a connection.
const unsent = new WeakSet<object>()

/** Whether a statement that failed was not even sent. */
export const isUnsent = (error: unknown) => unsent.has(error as object)

function noteUnsent(query: PendingQuery, error: unknown): void {
  // The driver notes the connection that it sends a statement over.
  if (!(query as unknown as { state: unknown }).state) unsent.add(error as object)
}

/** Cancels a statement whose time is up, so that a lock that it waits for does not keep its connection. */
function patiently(query: PendingQuery, ms: number, { onStuck, waitsForEnd }: Handling): Promise<PgResult> {
  const result = new Deferred<PgResult>()
  let isCancelled = false
  let timer = setTimeout(() => {
    isCancelled = true
    cancel(query)
    timer = setTimeout(() => onStuck?.(), CANCELLED_MS)
    if (!waitsForEnd) result.reject(lateAnswer(ms))
  }, ms)
  const settle = (answer: Answer) => {
    clearTimeout(timer)
    // A commit that waited for a synchronous standby is done when that is cancelled, and the standby may not have it.
    if (isCancelled) result.reject(lateAnswer(ms))
    else result.resolve(toResult(answer))
  }
  const fail = (error: unknown) => {
    clearTimeout(timer)
    noteUnsent(query, error)
    result.reject(error)
  }
  query.then(settle, fail)
  return result.promise
}

// postgres.js (3.4.9) confuses the answers on a connection of which a statement is cancelled before its turn, loses a
// connection that is just being opened for it, and leaves a cancellation that fails to the process.
function cancel(query: PendingQuery): void {
  const { active, canceller } = query as unknown as { active: boolean; canceller(query: PendingQuery): Promise<void> }
  if (active) canceller(query).catch(() => {})
}

type Answer = Awaited<PendingQuery>

const toResult = (rows: Answer): PgResult => ({ rows, count: rows.count })
