import type { FastifyInstance } from 'fastify'
import type { StoreOptions } from '../store/store-options.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'

/** Trims once in so many requests, after the response, for hosts that stop timers between requests. */
export function trimEveryRequests(
  fastify: FastifyInstance,
  store: StoredSessionStore,
  trim: StoreOptions['trim'],
): void {
  const everyRequests = (trim || undefined)?.everyRequests ?? 0
  if (everyRequests === 0) return
  let requests = 0
  fastify.addHook('onResponse', (_request, _reply, done) => {
    requests = (requests + 1) % everyRequests
    if (requests === 0) store.trimInBackground()
    done()
  })
}
