import type { Options, Sql } from 'postgres'
import type { TimeLimits } from '../../time/time-limits.ts'
import type { PgClient } from './client.ts'
import { Sockets, transactionAlone } from './own-transaction.ts'
import { postgresJsClient } from './postgres-js.ts'

type Watch = Pick<Options<never>, 'onparameter' | 'onclose' | 'max'> & { socket: Sockets['open'] }

interface Generation {
  readonly sql: Sql
  readonly client: PgClient
  readonly sockets: Sockets
}

/** What is under way on other connections has this long to end by itself, in milliseconds. */
const FAREWELL_MS = 1_000

/** How long ending the clients may take when the store closes, in seconds. */
const CLOSE_S = 0.5

/** A client is used for so long, so that names and certificates that changed are noticed. Milliseconds. */
const LIFETIME_MS = 45 * 60_000

/** A client whose connections can be given up, each as soon as it has answered what it was asked. */
export interface RenewingClient extends PgClient {
  renew(): void
}

/**
 * Speaks through postgres.js, and continues with a new client as soon as one of its connections was lost, or answers
 * nothing any more.
 *
 * postgres.js (3.4.9) never answers a query that is sent between the `error` and the `close` of its socket, and after a
 * `close` that meets a write under way, that connection sends nothing any more: not even its next start. Ending the
 * client answers all of them.
 *
 * @param open - opens a client with the options that it is given
 * @param host - of a client for one of several hosts: what is called when a statement does not end although it was
 * cancelled, until when its caller waits
 */
export function renewingClient(
  open: (watch: Watch) => Sql,
  timeLimits: TimeLimits,
  host?: { onStuck(): void },
): RenewingClient {
  const retired = new Map<Generation, NodeJS.Timeout>()
  const closing = new AbortController()
  let current = begin()
  const lifetime = setInterval(() => renew(current, timeLimits.bulk), LIFETIME_MS).unref()
  return {
    get query() {
      return current.client.query
    },
    transaction: (work) => transactionAlone(open, timeLimits, closing.signal, work),
    renew: () => renew(current),
    close: async () => {
      closing.abort()
      clearInterval(lifetime)
      for (const timer of retired.values()) clearTimeout(timer)
      await Promise.all([...retired.keys(), current].map((generation) => end(generation, CLOSE_S)))
    },
  }

  function begin(): Generation {
    let wasConnected = false
    let isStandby = false
    const sockets = new Sockets()
    const sql = open({
      socket: sockets.open,
      onparameter: (name, value) => {
        wasConnected = true
        if (name === 'in_hot_standby') isStandby = value === 'on'
      },
      // A connection that was never there loses nothing. Nor does one that was refused: of a single host that is a standby
      // now, the driver opens no more than its usual number, and needs no new client for each request.
      onclose: () => {
        if (wasConnected && (host || !isStandby)) renew(generation)
      },
    })
    const client = postgresJsClient(sql, timeLimits, {
      waitsForEnd: host !== undefined,
      onStuck: () => {
        renew(generation)
        host?.onStuck()
      },
    })
    const generation = { sql, client, sockets }
    return generation
  }

  function renew(generation: Generation, farewell = FAREWELL_MS): void {
    if (closing.signal.aborted || current !== generation) return
    current = begin()
    retired.set(generation, setTimeout(retire, farewell, generation).unref())
  }

  function retire(generation: Generation): void {
    retired.delete(generation)
    end(generation, 0).catch(() => {})
  }

  async function end({ sql, sockets }: Generation, timeout: number): Promise<void> {
    await sql.end({ timeout })
    sockets.destroy()
  }
}
