import { STATUS_CODES } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { InvalidProofError, TooManyProofsError } from '../errors.ts'
import type { DeviceParts } from './device-parts.ts'
import { refresh } from './refresh.ts'
import { register } from './registration.ts'
import { UsedChallenges } from './used-challenges.ts'

/** How long a challenge can be answered again, by the other tabs of a browser. */
const MOMENT_MS = 10_000

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<object | undefined>

/** Adds the routes where browsers bind and renew; before the hooks of sessions. */
export async function addDeviceRoutes(fastify: FastifyInstance, parts: DeviceParts): Promise<void> {
  const used = new UsedChallenges(MOMENT_MS)
  const { path } = parts.options
  await addRoute(
    fastify,
    `${path}/register`,
    limited(parts, (...args) => register(parts, ...args)),
  )
  await addRoute(
    fastify,
    `${path}/refresh`,
    limited(parts, (...args) => refresh(parts, used, ...args)),
  )
}

/**
 * Adds a route that answers in its first hook. So it loads no session, reads no body, and does not pass the hooks that
 * an application adds after the plugin, such as one that asks for a sign-in.
 */
async function addRoute(fastify: FastifyInstance, url: string, handle: Handler): Promise<void> {
  await fastify.register(async (scope) => {
    // The handler of the application may redirect, and a browser takes that for an end.
    scope.setErrorHandler((error, _request, reply) => sendError(error as Failure, reply))
    scope.addHook('onRequest', async (request, reply) => {
      request.session = null as never
      reply.header('cache-control', 'no-store')
      return reply.send(await handle(request, reply))
    })
    scope.post(url, { schema: { hide: true } as object }, (_request, reply) => reply.send())
  })
}

/** Counts the proofs of an address that fail, because each costs a read and a verification. */
function limited({ failures }: DeviceParts, handle: Handler): Handler {
  return async (request, reply) => {
    if (failures.isTooMany(request.ip)) throw new TooManyProofsError()
    try {
      return await handle(request, reply)
    } catch (error) {
      if (error instanceof InvalidProofError) failures.isFew(request.ip)
      throw error
    }
  }
}

type Failure = Error & { readonly statusCode?: number; readonly code?: string; readonly headers?: object }

function sendError(error: Failure, reply: FastifyReply): FastifyReply {
  const { statusCode = 500, code, headers = {} } = error
  if (statusCode >= 500) reply.log.error({ err: error }, 'the device of a session could not be bound or renewed')
  const message = statusCode >= 500 && statusCode !== 503 ? 'Internal Server Error' : error.message
  return reply
    .code(statusCode)
    .headers(headers as Record<string, string>)
    .send({ statusCode, code, error: STATUS_CODES[statusCode], message })
}
