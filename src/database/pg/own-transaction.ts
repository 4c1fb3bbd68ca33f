import type { Sql } from 'postgres'
import type { TimeLimits } from '../../time/time-limits.ts'
import type { PgQuery } from './client.ts'
import { queryOf } from './postgres-js.ts'
import { Sockets } from './sockets.ts'

/** Ending the connection may take this long, in seconds. */
const END_S = 0.5

/**
 * Runs a transaction on a connection that is opened for it.
 *
 * postgres.js (3.4.9) rolls back on a connection that was lost, which ends the process, and may never answer what is
 * sent after the loss. Here nothing is sent any more, and the end of the connection is what rolls back.
 *
 * @param open - opens a client with the options that it is given
 * @param closing - ends it at once
 */
export async function transactionAlone(
  open: (options: { socket: Sockets['open']; max: 1 }) => Sql,
  timeLimits: TimeLimits,
  closing: AbortSignal,
  work: (query: PgQuery) => Promise<void>,
): Promise<void> {
  const sockets = new Sockets()
  const sql = open({ socket: sockets.open, max: 1 })
  const query = untilLost(
    queryOf(sql, sql.options.prepare, timeLimits.bulk, { onStuck: () => sockets.destroy(), waitsForEnd: true }),
  )
  // Answers what is under way with an error.
  const giveUp = () => void sql.end({ timeout: 0 }).catch(() => {})
  closing.addEventListener('abort', giveUp)
  try {
    await query('begin')
    await work(query)
    await query('commit')
  } finally {
    closing.removeEventListener('abort', giveUp)
    await sql.end({ timeout: END_S })
    sockets.destroy()
  }
}

function untilLost(query: PgQuery): PgQuery {
  let loss: unknown
  return async (text, values) => {
    if (loss) throw loss
    try {
      return await query(text, values)
    } catch (error) {
      // What the server itself says has a severity.
      if (!(error as { severity?: unknown }).severity) loss = error
      throw error
    }
  }
}
