import type { FastifyRequest } from 'fastify'
import { InvalidOptionsError } from '../errors.ts'
import { isWellFormedId, newSessionId } from '../payload/session-id.ts'

/** The generator of session ids: the application's own, whose ids are checked, or ours. */
export function idGeneratorOf(own: ((request?: FastifyRequest) => string) | undefined) {
  if (!own) return newSessionId
  return (request?: FastifyRequest) => {
    const id = own(request)
    if (isWellFormedId(id)) return id
    throw new InvalidOptionsError('idGenerator must return a string of 1 to 512 visible ASCII characters')
  }
}
