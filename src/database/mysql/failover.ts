import { setTimeout as sleep } from 'node:timers/promises'
import type { PoolConnection } from 'mysql2'
import { lateAnswer, type TimeLimits, within } from '../../time/time-limits.ts'
import { type MysqlClient, type PooledConnection, sendTo, tentatively, toResult } from './client.ts'
import { isLasting, isOfNode, isUnsent, mayRepeatWrite, type Node, ofReading } from './node.ts'
import { giveUp, sendOver } from './own-pool.ts'

/** The longest pause before all nodes are asked once more, at random up to this. Milliseconds. */
const PAUSE_MS = 100

/**
 * Speaks to several servers that keep the same content, and to one at a time: the first of the list that works, so that
 * all processes use the same one as long as it does. A statement that failed with its node goes to the next one, if it
 * only reads, or certainly had no effect; otherwise nobody knows, and it fails. When no node takes it, all are asked again
 * for as long as there is time, unless it is of no use.
 *
 * @param selector - `RR` sends each statement to another node instead
 */
export function nodesClient(nodes: readonly Node[], selector: 'ORDER' | 'RR', timeLimits: TimeLimits): MysqlClient {
  const { plain } = nodes[0]!
  let turn = 0
  let isClosed = false
  const inOrder = () => {
    const first = selector === 'RR' ? turn++ % nodes.length : 0
    const list = [...nodes.slice(first), ...nodes.slice(0, first)]
    const passedOver = list.filter((node) => node.isPassedOver)
    // Those last, and not never: when all have failed, whichever is back first is found at once.
    return [...list.filter((node) => !passedOver.includes(node)), ...passedOver]
  }

  async function onOne<Result>(
    ms: number,
    mayRepeat: (error: unknown) => boolean,
    work: (connection: PoolConnection, left: number) => Promise<Result>,
  ): Promise<Result> {
    const deadline = performance.now() + ms
    for (;;) {
      let failure: unknown
      for (const node of inOrder()) {
        const left = () => deadline - performance.now()
        try {
          return await node.run(left(), (connection) => work(connection, left()))
        } catch (error) {
          if (!mayRepeat(error) || left() <= PAUSE_MS) throw error
          failure = error
        }
      }
      if (isClosed || isLasting(failure)) throw failure
      // While the nodes agree on who is left of them, none takes statements.
      await sleep(PAUSE_MS * Math.random())
      if (performance.now() >= deadline) throw failure
    }
  }

  return {
    async execute(sql, values, isBulk) {
      const statement = { ...plain, sql, values: values as never[] | undefined }
      const ms = isBulk ? timeLimits.bulk : timeLimits.request
      if (!/^\s*select/i.test(sql)) {
        return onOne(ms, mayRepeatWrite, (connection, left) => sendOver(connection, statement, left))
      }
      // Sooner than it has to be, because another node may still answer in time.
      const share = isBulk ? ms : ms / nodes.length
      const read = (connection: PoolConnection, left: number) =>
        sendOver(connection, statement, Math.min(left, share)).catch((error) => Promise.reject(ofReading(error)))
      return onOne(ms, isOfNode, read)
    },
    executeIf: (sql, values, isRight) =>
      onOne(timeLimits.request, mayRepeatWrite, (connection, left) => {
        const promised = connection.promise() as unknown as PooledConnection
        const execute = () => sendTo(promised, { ...plain, sql, values })
        return within(left, tentatively(promised, execute, isRight), () => {
          giveUp(connection)
          return lateAnswer(Math.round(left))
        })
      }),
    withConnection: (work) =>
      onOne(timeLimits.request, isUnsent, async (connection) => {
        const promised = connection.promise() as unknown as PooledConnection
        try {
          await work(async (sql) => toResult(await promised.query({ ...plain, sql })))
        } finally {
          connection.release()
        }
      }),
    async close() {
      isClosed = true
      await Promise.all(nodes.map((node) => node.close()))
    },
  }
}
