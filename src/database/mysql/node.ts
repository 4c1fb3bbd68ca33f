import type { Pool, PoolConnection } from 'mysql2'
import { lateAnswer, within } from '../../time/time-limits.ts'
import { type Answer, type MysqlResult, toResult } from './client.ts'
import { giveUp, OF_SERVER, type OwnPool } from './own-pool.ts'
import { isUnknown, settingOf, type Wait } from './waits.ts'

/** A node that failed is asked again after so long whether it is back. Milliseconds. */
const RETRY_MS = 500

/** "WSREP has not yet prepared node for application use": it is cut off, or catches up with the others. */
const NOT_READY = 1047

/** Why a variable that the URL sets is refused. */
const NO_CLUSTER = {
  wsrep_sync_wait: 'the server has no wsrep_sync_wait, which the URL sets: it is no node of Galera',
  group_replication_consistency: 'the server has no group_replication_consistency, which the URL sets: it is no MySQL',
}

// Statements that a node did not even get.
const unsent = new WeakSet<object>()

/** Whether a statement did not even reach its node. */
export const isUnsent = (error: unknown) => unsent.has(error as object)

/** What a node says to a statement that was to wait until it has caught up, and whose wait failed; or it met a lock. */
const LOCK_WAIT_TIMEOUT = 1205

/** Takes an error of a statement that reads, and so meets no locks: the node was cut off and does not know it yet. */
export function ofReading(error: unknown): unknown {
  if ((error as { errno?: number }).errno === LOCK_WAIT_TIMEOUT) unsent.add(error as object)
  return error
}

/** Whether a statement that failed had no effect, and another node may be asked for the same. */
function hadNoEffect(error: unknown): boolean {
  const { errno = 0 } = error as { errno?: number }
  return isUnsent(error) || errno === NOT_READY || OF_SERVER.has(errno)
}

/** Whether a statement that writes may be sent once more: it had no effect. */
export const mayRepeatWrite = (error: unknown) =>
  hadNoEffect(error) || (error as { errno?: number }).errno === LOCK_WAIT_TIMEOUT

/** Whether it is the node that failed, and not the statement. A driver's errors of the network have no positive number. */
export function isOfNode(error: unknown): boolean {
  const { errno = 0, code } = error as { errno?: number; code?: unknown }
  return hadNoEffect(error) || (typeof code === 'string' && errno <= 0)
}

// Access denied to the database, access denied, and an unknown database.
const OF_CONFIGURATION = new Set<unknown>([1044, 1045, 1049, 'NO_CLUSTER'])

/** Whether asking again is of no use: what the URL says is wrong. */
export function isLasting(error: unknown): boolean {
  const { errno, code } = error as { errno?: number; code?: string }
  return OF_CONFIGURATION.has(errno) || OF_CONFIGURATION.has(code)
}

/** One of the servers that a URL names: its pool, and whether it is passed over at the moment. */
export class Node {
  readonly #pool: OwnPool
  readonly #waits: readonly Wait[]
  readonly #share: number
  readonly #ready = new WeakSet<PoolConnection>()
  #retryAt = 0
  #isAsking = false

  /** @param share - milliseconds that a statement may wait for this node before another one is asked */
  constructor(pool: OwnPool, share: number, waits: readonly Wait[]) {
    this.#pool = pool
    this.#share = share
    this.#waits = waits
  }

  /** Options of each statement. */
  get plain(): OwnPool['plain'] {
    return this.#pool.plain
  }

  /** Whether it failed, and did not come back since. Checks it in the background when it is time to. */
  get isPassedOver(): boolean {
    if (this.#retryAt === 0) return false
    if (performance.now() >= this.#retryAt && !this.#isAsking) void this.#ask()
    return true
  }

  /** Runs work on one of its connections, which the work gives back or gives up; and notes how the node did. */
  async run<Result>(ms: number, work: (connection: PoolConnection) => Promise<Result>): Promise<Result> {
    try {
      const result = await work(await this.#connection(Math.min(ms, this.#share)))
      this.#retryAt = 0
      return result
    } catch (error) {
      if (isOfNode(error)) this.#retryAt = performance.now() + RETRY_MS
      throw error
    }
  }

  close(): Promise<void> {
    return this.#pool.close()
  }

  async #connection(ms: number): Promise<PoolConnection> {
    const deadline = performance.now() + ms
    try {
      const connection = await acquire(this.#pool.core, ms)
      if (!this.#ready.has(connection)) await this.#prepare(connection, deadline - performance.now())
      return connection
    } catch (error) {
      unsent.add(error as object)
      throw error
    }
  }

  /** What is read-only is a replica, or was the primary: what it says may be old. */
  async #prepare(connection: PoolConnection, ms: number): Promise<void> {
    try {
      await within(ms, this.#begin(connection))
      this.#ready.add(connection)
    } catch (error) {
      giveUp(connection)
      throw error
    }
  }

  async #begin(connection: PoolConnection): Promise<void> {
    const { rows } = await this.#query(connection, 'select @@global.read_only as isReadOnly')
    if (Number(rows[0]?.isReadOnly)) throw Object.assign(new Error('the server is read-only'), { code: 'READ_ONLY' })
    for (const wait of this.#waits) {
      await this.#query(connection, settingOf(wait)).catch((error) => {
        if (!isUnknown(error)) throw error
        if (wait.isRequired) throw Object.assign(new Error(NO_CLUSTER[wait.variable]), { code: 'NO_CLUSTER' })
      })
    }
  }

  async #query(connection: PoolConnection, sql: string): Promise<MysqlResult> {
    return toResult((await connection.promise().query({ ...this.plain, sql } as never)) as Answer)
  }

  async #ask(): Promise<void> {
    this.#isAsking = true
    await this.run(this.#share, async (connection) => {
      try {
        await within(this.#share, this.#look(connection))
        connection.release()
      } catch (error) {
        giveUp(connection)
        throw error
      }
    }).catch(() => {})
    this.#isAsking = false
  }

  async #look(connection: PoolConnection): Promise<void> {
    // Of a server that is no node of Galera there is nothing to see.
    const { rows } = await this.#query(connection, "show status like 'wsrep_ready'")
    if (rows[0]?.Value === 'OFF') throw Object.assign(new Error('the node is not ready'), { errno: NOT_READY })
    // One that was cut off and does not know it yet says that it is ready; but it does not catch up.
    await this.#query(connection, 'select 1').catch((error) => Promise.reject(ofReading(error)))
  }
}

/** A connection of a pool, or an error when there is none in time. */
function acquire(pool: Pool, ms: number): Promise<PoolConnection> {
  return new Promise((resolve, reject) => {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      reject(lateAnswer(Math.round(ms)))
    }, ms)
    pool.getConnection((error, connection) => {
      clearTimeout(timer)
      if (isLate) return error ? undefined : connection.release()
      if (error) reject(error)
      else resolve(connection)
    })
  })
}
