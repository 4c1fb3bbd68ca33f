import type { FastifyRequest } from 'fastify'

/**
 * Whether a request that changes something comes from a page of this application, as far as its browser says. A sibling
 * subdomain and a frame without an origin count as other sites. Clients that are no browsers send neither header.
 */
export function isSameOrigin({ headers, host }: Pick<FastifyRequest, 'headers' | 'host'>): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const { origin } = headers
  return origin === undefined || (URL.canParse(origin) && sameHost(new URL(origin), host))
}

// Only the hosts are compared, because a proxy may have ended TLS; the default port of either scheme is optional.
function sameHost({ host, protocol }: URL, own: string): boolean {
  const address = `${protocol}//${own}`
  return /^https?:$/.test(protocol) && own !== '' && URL.canParse(address) && new URL(address).host === host
}
