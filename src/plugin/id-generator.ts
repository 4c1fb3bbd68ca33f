import type { FastifyRequest } from 'fastify'
import { InvalidOptionsError } from '../errors.ts'
import { isWellFormedId, newSessionId } from '../payload/session-id.ts'
import { isSession, requestNote } from './request-state.ts'

/** The generator of session ids: the application's generator, whose ids are checked, or ours. */
export function idGeneratorOf(own: ((request?: FastifyRequest) => string) | undefined) {
  if (!own) return newSessionId
  return (request?: FastifyRequest) => {
    try {
      return checked(own(request))
    } catch (error) {
      // The host asks for the first id in the callback of a read, where an error is uncaught: our next hook reports it.
      if (!request || isSession(request.session)) throw error
      requestNote(request).idFailure = error as Error
      return newSessionId()
    }
  }
}

function checked(id: unknown): string {
  if (isWellFormedId(id)) return id
  throw new InvalidOptionsError('idGenerator must return a string of 1 to 512 visible ASCII characters')
}
