import { tracing } from './channels.ts'
import { faultOf, type OperationName, type SessionOperation, type Source } from './operation.ts'

/** Who hears of the operations of one store, besides the channels, which are those of the whole process. */
export interface Listeners {
  readonly source: Source | undefined
  emit(name: OperationName, operation: SessionOperation): boolean
}

/** What is known of an operation when it begins. */
export type Beginning = Pick<SessionOperation, 'sid' | 'sessions'>

const origins = new WeakMap<SessionOperation, Listeners>()

/** Whether an operation belongs to the store of these listeners: the channels have those of all stores of a process. */
export const isOperationOf = (operation: SessionOperation, listeners: Listeners) => origins.get(operation) === listeners

/**
 * Does some work as a traced operation. What it resolves to reaches nobody but the caller: subscribers see the
 * operation alone, on the channels `start` and `end` around the call, then `error` when it failed, `asyncStart` and
 * `asyncEnd` when it ends.
 *
 * @param finish - yields what is known in the end; without a result when the work failed
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

// Also what answers at once, or throws at once, ends as everything does: later.
function startedBy<Result>(work: () => Result | Promise<Result>): () => Promise<Result> {
  return async () => work()
}
