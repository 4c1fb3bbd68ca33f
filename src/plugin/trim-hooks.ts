import type { FastifyInstance } from 'fastify'
import { InvalidOptionsError } from '../errors.ts'
import type { CheckedStoreOptions } from '../store/options/store-options.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'

/**
 * Refuses a grace in which a request, as long as Fastify lets it be, could outlast the row of its session.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
 */
export function refuseShortGrace({ initialConfig }: FastifyInstance, { limits }: CheckedStoreOptions): void {
  const { requestTimeout = 0, handlerTimeout = 0 } = initialConfig as Record<string, number | undefined>
  // Where there is no limit, 0, nobody knows how long requests take.
  const longest = requestTimeout + handlerTimeout
  if (limits.grace > longest) return
  throw new InvalidOptionsError(
    `trim.grace must be longer than requests may take: requestTimeout and handlerTimeout of Fastify allow ${longest} ms`,
  )
}

/** Trims once in so many requests, after the response, for hosts that stop timers between requests. */
export function trimEveryRequests(
  fastify: FastifyInstance,
  store: StoredSessionStore,
  { trim }: CheckedStoreOptions,
): void {
  const { everyRequests } = trim || { everyRequests: 0 }
  if (everyRequests === 0) return
  let requests = 0
  fastify.addHook('onResponse', (_request, _reply, done) => {
    requests = (requests + 1) % everyRequests
    if (requests === 0) store.trimInBackground()
    done()
  })
}
