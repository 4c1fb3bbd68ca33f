import type { FastifyRequest } from 'fastify'
import { InvalidOptionsError } from '../errors.ts'
import { isWellFormedId, newSessionId } from '../payload/session-id.ts'
import { isSession } from './is-session.ts'
import { requestNote } from './request-note.ts'

/** The generator of session ids: the application's own, whose ids are checked, or ours. */
export function idGeneratorOf(own: ((request?: FastifyRequest) => string) | undefined) {
  if (!own) return newSessionId
  return (request?: FastifyRequest) => {
    try {
      return checked(own(request))
    } catch (error) {
      // The first id is asked for in the callback of a read, where nobody would catch this: our next hook tells.
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
