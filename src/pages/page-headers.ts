import type { FastifyReply } from 'fastify'

const POLICY = "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

/** For a page that loads nothing but what `sources` name. */
export const pagePolicy = (sources: string) => `default-src 'none'; ${sources}; ${POLICY}`

/** For a page that is ours alone: it has one style sheet, and nothing else. */
export const OWN_POLICY = pagePolicy("style-src 'self'")

/** For a page that an application designs: what it loads comes from its own origin. */
export const LAYOUT_POLICY = `default-src 'self'; object-src 'none'; ${POLICY}`

const HEADERS = {
  'x-content-type-options': 'nosniff',
  // Browsers send the Origin of a form only if the referrer is sent to the own origin.
  'referrer-policy': 'same-origin',
  'x-frame-options': 'DENY',
}

/** Sets the headers that keep other sites, scripts and caches away from a page. */
export function setPageHeaders(reply: FastifyReply, policy: string): void {
  reply.headers({ ...HEADERS, 'content-security-policy': policy })
  if (reply.getHeader('cache-control') === undefined) reply.header('cache-control', 'no-store')
}
