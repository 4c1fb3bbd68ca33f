/** What @fastify/session calls a store with. */
export type Callback = (error?: unknown) => void
export type SessionCallback = (error: unknown, session?: never) => void

/** Calls back once, and not from within a promise: a callback that throws must not become a second call or a rejection. */
export function answer<Result>(
  result: Result | Promise<Result>,
  callback: (error?: unknown, result?: Result) => void,
): void {
  const succeed = (value: Result) => queueMicrotask(() => callback(null, value))
  const fail = (error: unknown) => queueMicrotask(() => callback(error))
  if (result instanceof Promise) result.then(succeed, fail)
  else succeed(result)
}
