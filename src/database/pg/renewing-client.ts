import type { Options, Sql } from 'postgres'
import type { PgClient } from './client.ts'
import { postgresJsClient } from './postgres-js.ts'

type Watch = Pick<Options<never>, 'onparameter' | 'onclose'>

/** What is under way on other connections has this long to end by itself, in milliseconds. */
const FAREWELL_MS = 1_000

/**
 * Speaks through postgres.js, and goes on with a new client as soon as one of its connections was lost.
 *
 * postgres.js (3.4.9) never answers a query that is sent between the `error` and the `close` of its socket, and after a
 * `close` that meets a write under way, that connection sends nothing any more: not even its next start. Ending the
 * client answers all of them.
 *
 * @param open - opens a client that tells us what the watch is for
 */
export function renewingClient(open: (watch: Watch) => Sql): PgClient {
  const retired = new Map<Sql, NodeJS.Timeout>()
  let isClosing = false
  let current = begin()
  return {
    query: (text, values) => current.client.query(text, values),
    transaction: (work) => current.client.transaction(work),
    close: async () => {
      isClosing = true
      for (const timer of retired.values()) clearTimeout(timer)
      await Promise.all([...retired.keys(), current.sql].map((sql) => sql.end({ timeout: 2 })))
    },
  }

  function begin() {
    let wasConnected = false
    const sql = open({
      onparameter: () => {
        wasConnected = true
      },
      // A connection that was never there loses nothing.
      onclose: () => {
        if (!wasConnected || isClosing || current.sql !== sql) return
        current = begin()
        retired.set(sql, setTimeout(retire, FAREWELL_MS, sql))
      },
    })
    return { sql, client: postgresJsClient(sql, async () => {}) }
  }

  function retire(sql: Sql): void {
    retired.delete(sql)
    sql.end({ timeout: 0 }).catch(() => {})
  }
}
