import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { InvalidOptionsError } from '../errors.ts'
import { isWellFormedId } from '../store/session-id.ts'

/** Random bytes in a session id: 192 bits, where OWASP asks for 64 or more. Written as 32 characters of base64url. */
const ID_BYTES = 24

/** The generator of session ids: the application's own, whose ids are checked, or ours. */
export function idGeneratorOf(own: ((request?: FastifyRequest) => string) | undefined) {
  if (!own) return () => randomBytes(ID_BYTES).toString('base64url')
  return (request?: FastifyRequest) => {
    const id = own(request)
    if (isWellFormedId(id)) return id
    throw new InvalidOptionsError('idGenerator must return a string of 1 to 512 visible ASCII characters')
  }
}
