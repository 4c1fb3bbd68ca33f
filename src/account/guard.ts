import type { FastifyRequest } from 'fastify'
import { isSameOrigin } from '../pages/same-origin.ts'
import { isFormToken } from '../payload/page-values.ts'
import type { ActionBody } from './bodies.ts'

/**
 * Whether a request may change something. A form needs the token of its session, because browsers send forms of other
 * sites too. Browsers send JSON to another site only after that site has agreed, so JSON needs no token.
 */
export function isAllowed(request: FastifyRequest, body: ActionBody | undefined): boolean {
  if (!body || !isSameOrigin(request)) return false
  return body.format === 'json' || isFormToken(request.session.sessionId, body.token)
}
