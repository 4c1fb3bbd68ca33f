import { connect, type Socket } from 'node:net'
import type { Sql } from 'postgres'
import type { TimeLimits } from '../../time/time-limits.ts'
import type { PgQuery } from './client.ts'
import { queryOf } from './postgres-js.ts'

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

/** Where the server is, as postgres.js hands it on. */
interface Place {
  /** Of a Unix socket. */
  readonly path?: string | false
  readonly host: readonly string[]
  readonly port: readonly number[]
}

/**
 * Opens the sockets of postgres.js, which knows no other way to keep them from holding the process: a statement that is
 * waited for holds it by its timer. Of several servers the next one is taken after a connection was lost.
 */
export class Sockets {
  readonly #open = new Set<Socket>()
  #last: Socket | undefined
  #server = 0

  /** The option `socket` of postgres.js, which connects by itself otherwise. */
  readonly open = ({ path, host, port }: Place): Socket => {
    if (this.#last?.destroyed) this.#server = (this.#server + 1) % host.length
    const server = { host: host[this.#server]!, port: port[this.#server]! }
    // The driver compares the certificate with the host that it finds on the socket.
    const socket = Object.assign(path ? connect(path) : connect(server), server)
    this.#forgetClosed()
    this.#open.add(socket)
    this.#last = socket
    // Once more when connected: the attempt that succeeds, of several addresses, has a handle of its own.
    return socket.unref().once('connect', () => socket.unref())
  }

  /** Closes what is open: the driver waits for a server to say good-bye, which may be gone. */
  destroy(): void {
    for (const socket of this.#open) socket.destroy()
  }

  #forgetClosed(): void {
    for (const socket of this.#open) if (socket.destroyed) this.#open.delete(socket)
  }
}
