import type { SessionEventEmitter, SessionEvents } from './core/events.ts'

/** What @fastify/session passes to a store that writes. @inline */
export type Callback = (error?: unknown) => void
/** What @fastify/session passes to a store that reads. @inline */
export type SessionCallback = (error: unknown, session?: never) => void

/** Calls back once and outside the promise, so that a callback that throws causes no second call and no rejection. */
export function callBack<Result>(
  result: Result | Promise<Result>,
  callback: (error?: unknown, result?: Result) => void,
): void {
  const succeed = (value: Result) => queueMicrotask(() => callback(null, value))
  const fail = (error: unknown) => queueMicrotask(() => callback(error))
  if (result instanceof Promise) result.then(succeed, fail)
  else succeed(result)
}

/** The kind of operation that a request asks the store for. */
type Operation = SessionEvents['fault'][0]['operation']

const PASSING_FAULT = 503

/** Calls back as {@link callBack} does. A failure of the database or the key provider is an event as well. */
export function callBackFor<Result>(
  events: SessionEventEmitter,
  operation: Operation,
  result: Result | Promise<Result>,
  callback: (error: unknown, result?: Result) => void,
): void {
  callBack(result, (error, value) => {
    reportFault(events, operation, error)
    callback(error, value)
  })
}

/** Emits an event for a failure of the database or the key provider. */
export function reportFault(events: SessionEventEmitter, operation: Operation, error: unknown): void {
  if (isFault(error)) events.emit('fault', { operation, error })
}

// An error that the application caused is not a fault of the store.
function isFault(error: unknown): error is Error {
  return error instanceof Error && (error as { statusCode?: unknown }).statusCode === PASSING_FAULT
}
