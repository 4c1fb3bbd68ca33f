/** What @fastify/session calls a store with. */
export type Callback = (error?: unknown) => void
export type SessionCallback = (error: unknown, session?: never) => void

/** Calls back once, and not from within a promise: a callback that throws must not become a second call or a rejection. */
export function answer<Result>(result: Promise<Result>, callback: (error?: unknown, result?: Result) => void): void {
  result.then(
    (value) => queueMicrotask(() => callback(null, value)),
    (error) => queueMicrotask(() => callback(error)),
  )
}
