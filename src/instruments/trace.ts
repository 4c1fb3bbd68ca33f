import { tracing } from './channels.ts'
import { faultOf, type OperationName, type SessionOperation, type Source } from './operation.ts'

/** The listeners of one store. The channels, in contrast, serve the whole process. */
export interface Listeners {
  readonly source: Source | undefined
  emit(name: OperationName, operation: SessionOperation): boolean
}

/** The facts that are known when an operation begins. */
export type Beginning = Pick<SessionOperation, 'sid' | 'sessions'>

const origins = new WeakMap<SessionOperation, Listeners>()

/** Whether an operation belongs to the store of these listeners: the channels carry all stores of a process. */
export const isOperationOf = (operation: SessionOperation, listeners: Listeners) => origins.get(operation) === listeners

/**
 * Runs work as a traced operation. Only the caller gets the result of the work. Subscribers see the operation alone: on
 * the channels `start` and `end` around the call, then on `error` if it failed, and on `asyncStart` and `asyncEnd` when
 * it ends.
 *
 * @param finish - returns the facts that are known at the end; called without a result when the work failed
 */
export function trace<Result>(
  listeners: Listeners,
  name: OperationName,
  beginning: Beginning,
  work: () => Result | Promise<Result>,
  finish: (result?: Result) => Partial<SessionOperation>,
): Promise<Result> {
  const { start, end, error: errors, asyncStart, asyncEnd } = tracing[name]
  const operation = { ...(listeners.source as Source), ...beginning } as SessionOperation
  origins.set(operation, listeners)
  const began = performance.now()
  const settle = (known: Partial<SessionOperation>) => {
    Object.assign(operation, known, { durationMs: performance.now() - began })
    if (operation.error) errors.publish(operation)
    asyncStart.publish(operation)
    asyncEnd.publish(operation)
    listeners.emit(name, operation)
  }
  const running = start.runStores(operation, startedBy(work))
  end.publish(operation)
  return running.then(
    (result) => {
      settle(finish(result))
      return result
    },
    (error) => {
      settle({ ...finish(), outcome: 'failed', error: faultOf(error) })
      throw error
    },
  )
}

// Synchronous results and synchronous errors also end asynchronously, like all others.
function startedBy<Result>(work: () => Result | Promise<Result>): () => Promise<Result> {
  return async () => work()
}
