import type { Socket } from 'node:net'
import type { Pool, PoolConnection, QueryOptions } from 'mysql2'
import type { Pool as PromisePool } from 'mysql2/promise'
import { Deferred } from '../../time/deferred.ts'
import { lateAnswer, type TimeLimits, within } from '../../time/time-limits.ts'
import {
  type Mysql2Promise,
  type MysqlClient,
  type MysqlResult,
  mysql2Client,
  type PooledConnection,
  plainFor,
  sendTo,
  tentatively,
  toResult,
} from './client.ts'
import { isUnknown, settingOf, type Wait } from './waits.ts'

/** Ending the connections may take this long, in milliseconds, before they are cut. */
const CLOSE_MS = 500

/** Its types leave the socket out. */
type Connection = PoolConnection & { readonly stream: Socket }

/**
 * Speaks through a pool of mysql2 that was opened here. A connection that does not answer in time is given up, because
 * it may never answer again; and connections that nobody waits for let the process end.
 */
export function ownPoolClient(pool: PromisePool, timeLimits: TimeLimits, waits: readonly Wait[]): MysqlClient {
  const { core, plain, close } = ownPool(pool, timeLimits, waits)
  return {
    ...mysql2Client(pool as unknown as Mysql2Promise, timeLimits),
    isHanded: false,
    execute(sql, values, isBulk) {
      const ms = isBulk ? timeLimits.bulk : timeLimits.request
      const sent = new Sent(ms)
      core.getConnection((error, connection) => {
        if (error) sent.fail(error)
        else sent.over(connection, { ...plain, sql, values: values as never[] | undefined })
      })
      return sent.promise
    },
    executeIf(sql, values, isRight) {
      let taken: PoolConnection | undefined
      let isLate = false
      const run = async () => {
        const connection = await pool.getConnection()
        if (isLate) connection.release()
        if (isLate) throw lateAnswer(timeLimits.request)
        taken = connection.connection as unknown as PoolConnection
        const promised = connection as unknown as PooledConnection
        return tentatively(promised, () => sendTo(promised, { ...plain, sql, values }), isRight)
      }
      return within(timeLimits.request, run(), (ms) => {
        isLate = true
        if (taken) giveUp(taken)
        return lateAnswer(ms)
      })
    },
    close,
  }
}

/** A pool that was opened here, and what ends it whatever its server does. */
export interface OwnPool {
  /** The pool with callbacks. */
  readonly core: Pool
  /** Options of each statement. */
  readonly plain: ReturnType<typeof plainFor>
  close(): Promise<void>
}

/** The pool with callbacks that a promise pool wraps, which its types leave out. */
export const coreOf = (pool: PromisePool): Pool => (pool as unknown as { pool: Pool }).pool

/**
 * Lets no connection of a pool keep the process alive, or a statement wait for a lock longer than we do.
 *
 * @param waits - what its connections wait for, where the server knows it
 */
export function ownPool(pool: PromisePool, timeLimits: TimeLimits, waits: readonly Wait[] = []): OwnPool {
  const core = coreOf(pool)
  const connections = new Set<Connection>()
  makeWait(pool, waits)
  core.on('connection', (pooled) => {
    const connection = pooled as Connection
    prepare(connection, timeLimits)
    for (const known of connections) if (known.stream.destroyed) connections.delete(known)
    connections.add(connection)
  })
  return { core, plain: plainFor(pool as unknown as Mysql2Promise), close: () => close(core, connections) }
}

function prepare(connection: Connection, { request }: TimeLimits): void {
  connection.stream.unref()
  // The server's own are 50 seconds and a year. Sooner than ours, so that the statement is known to have had no effect.
  const seconds = Math.max(1, Math.floor(request / 1_000) - 1)
  const settings = `SET SESSION innodb_lock_wait_timeout = ${seconds}, SESSION lock_wait_timeout = ${seconds}`
  connection.query(settings, () => {})
  setOwnSession(connection)
}

/**
 * What the server, its init_connect or the account may have set otherwise: with any other value something is lost, or
 * refused. A second statement, because a proxy may know one of the variables above not.
 */
const OWN_SESSION = `SET NAMES utf8mb4, SESSION autocommit = 1, SESSION completion_type = 'NO_CHAIN',
  SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', SESSION sql_safe_updates = 0,
  SESSION sql_select_limit = 18446744073709551615`

/** Gives a new connection the settings of ours. */
export function setOwnSession(connection: Pick<PoolConnection, 'query'>): void {
  connection.query(OWN_SESSION, () => {})
}

/** Sets what the connections of a pool wait for: before any other statement, because each runs them in their order. */
export function makeWait(pool: PromisePool, waits: readonly Wait[]): void {
  coreOf(pool).on('connection', (connection) => {
    for (const wait of waits)
      connection.query(settingOf(wait), (error) => {
        if (error && !isUnknown(error)) giveUp(connection as Connection)
      })
  })
}

/** A statement whose answer is waited for no longer than this, with the wait for a connection. */
class Sent extends Deferred<MysqlResult> {
  readonly #timer: NodeJS.Timeout
  #connection: PoolConnection | undefined
  #isLate = false

  constructor(ms: number) {
    super()
    this.#timer = setTimeout(() => {
      this.#isLate = true
      if (this.#connection) giveUp(this.#connection)
      this.reject(lateAnswer(Math.round(ms)))
    }, ms)
  }

  /** Sends it over a connection, which goes back to its pool, or is given up when the answer does not come in time. */
  over(connection: PoolConnection, statement: QueryOptions): void {
    // Nobody waits any more.
    if (this.#isLate) return connection.release()
    this.#connection = connection
    const settle = (failure: NodeJS.ErrnoException | null, answer: unknown) => {
      if (failure && OF_SERVER.has(failure.errno ?? 0)) giveUp(connection)
      if (failure) return this.fail(failure)
      clearTimeout(this.#timer)
      this.resolve(toResult([answer as never, undefined]))
    }
    const sent = statement.values ? connection.execute(statement, settle) : connection.query(statement, settle)
    sent.once('end', () => connection.release())
  }

  fail(error: Error): void {
    clearTimeout(this.#timer)
    this.reject(error)
  }
}

/** Runs a statement on a connection; see {@link Sent.over}. */
export function sendOver(connection: PoolConnection, statement: QueryOptions, ms: number): Promise<MysqlResult> {
  const sent = new Sent(ms)
  sent.over(connection, statement)
  return sent.promise
}

/** Ends a connection at once. */
export function giveUp(connection: PoolConnection): void {
  connection.destroy()
  // The driver would wait for the server to say good-bye.
  ;(connection as Connection).stream.destroy()
}

/** A server that is read-only, or closing, for everybody: after a failover the name leads to another one. */
export const OF_SERVER = new Set([1290, 1792, 1836, 1053])

async function close(pool: Pool, connections: ReadonlySet<Connection>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, CLOSE_MS)
    pool.end(() => {
      clearTimeout(timer)
      resolve()
    })
  })
  for (const { stream } of connections) stream.destroy()
}
