import type { FastifyInstance } from 'fastify'
import { InvalidOptionsError } from '../errors.ts'
import type { CheckedStoreOptions } from '../store/options/store-options.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'

/**
 * Refuses a grace that is shorter than the longest request that Fastify allows, which could outlast its session's row.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
 */
export function refuseShortGrace({ initialConfig }: FastifyInstance, { limits }: CheckedStoreOptions): void {
  const { requestTimeout = 0, handlerTimeout = 0 } = initialConfig as Record<string, number | undefined>
  // 0 means no limit, and the duration of such requests is unknown.
  const longest = requestTimeout + handlerTimeout
  if (limits.grace > longest) return
  throw new InvalidOptionsError(
    `trim.grace must be longer than requests may take: requestTimeout and handlerTimeout of Fastify allow ${longest} ms`,
  )
}

/** Trims once per `everyRequests` requests, after the response, for hosts that stop timers between requests. */
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
