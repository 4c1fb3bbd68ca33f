import type { PoolConnection } from 'mysql2'
import { lateAnswer, type Patience, within } from '../patience.ts'
import { type MysqlClient, type PooledConnection, tentatively, toResult } from './client.ts'
import { hadNoEffect, isOfNode, isUnsent, type Node } from './node.ts'
import { answerOf, giveUp } from './own-pool.ts'

/**
 * Speaks to several servers that keep the same content, and to one at a time: the first of the list that works, so that
 * all processes use the same one as long as it does. A statement that failed with its node goes to the next one, if it
 * only reads, or certainly had no effect; otherwise nobody knows, and it fails.
 *
 * @param selector - `RR` sends each statement to another node instead
 */
export function nodesClient(nodes: readonly Node[], selector: 'ORDER' | 'RR', patience: Patience): MysqlClient {
  const { plain } = nodes[0]!
  let turn = 0
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
    let failure: unknown = lateAnswer(ms)
    for (const node of inOrder()) {
      const left = () => deadline - performance.now()
      if (left() <= 0) break
      try {
        return await node.run(left(), (connection) => work(connection, left()))
      } catch (error) {
        if (!mayRepeat(error)) throw error
        failure = error
      }
    }
    throw failure
  }

  return {
    async execute(sql, values, isBulk) {
      const statement = { ...plain, sql, values: values as never[] }
      const isRead = /^\s*select/i.test(sql)
      const ms = isBulk ? patience.bulk : patience.request
      const share = isRead && !isBulk ? ms / nodes.length : ms
      const answer = await onOne(
        ms,
        (error) => hadNoEffect(error) || (isRead && isOfNode(error)),
        (connection, left) => answerOf(connection, statement, Math.min(left, share)),
      )
      return toResult(answer)
    },
    executeIf: (sql, values, isRight) =>
      onOne(patience.request, hadNoEffect, (connection, left) => {
        const promised = connection.promise() as unknown as PooledConnection
        const execute = () => promised.execute({ ...plain, sql, values })
        return within(left, tentatively(promised, execute, isRight), () => {
          giveUp(connection)
          return lateAnswer(Math.round(left))
        })
      }),
    withConnection: (work) =>
      onOne(patience.request, isUnsent, async (connection) => {
        const promised = connection.promise() as unknown as PooledConnection
        try {
          await work(async (sql) => toResult(await promised.query({ ...plain, sql })))
        } finally {
          connection.release()
        }
      }),
    close: async () => void (await Promise.all(nodes.map((node) => node.close()))),
  }
}
