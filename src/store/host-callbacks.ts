import type { SessionEventEmitter, SessionEvents } from './core/events.ts'

/** What @fastify/session calls a store with. */
export type Callback = (error?: unknown) => void
export type SessionCallback = (error: unknown, session?: never) => void

/** Calls back once, and not from within a promise: a callback that throws must not become a second call or a rejection. */
export function callBack<Result>(
  result: Result | Promise<Result>,
  callback: (error?: unknown, result?: Result) => void,
): void {
  const succeed = (value: Result) => queueMicrotask(() => callback(null, value))
  const fail = (error: unknown) => queueMicrotask(() => callback(error))
  if (result instanceof Promise) result.then(succeed, fail)
  else succeed(result)
}

/** What a request asks the store for. */
type Operation = SessionEvents['fault'][0]['operation']

const PASSING_FAULT = 503

/** Calls back as {@link callBack} does. A failure that is the database's or the key provider's is an event as well. */
export function callBackFor<Result>(
  events: SessionEventEmitter,
  operation: Operation,
  result: Result | Promise<Result>,
  callback: (error: unknown, result?: Result) => void,
): void {
  callBack(result, (error, value) => {
    if (isFault(error)) events.emit('fault', { operation, error })
    callback(error, value)
  })
}

// What an application did wrong is its own affair.
function isFault(error: unknown): error is Error {
  return error instanceof Error && (error as { statusCode?: unknown }).statusCode === PASSING_FAULT
}
