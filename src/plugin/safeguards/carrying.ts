import type { FastifyReply, FastifyRequest } from 'fastify'

/** Directives of Cache-Control that keep a response from shared caches, and directives that allow them to store it. */
const PRIVATE = /\b(?:private|no-store)\b/i
const SHARED = /\b(?:public|immutable|s-maxage)\b|\bmax-age\s*=\s*"?0*[1-9]/i

/** Headers that instruct caches of a CDN, which come before Cache-Control. */
const OF_CDNS = ['cdn-cache-control', 'surrogate-control'] as const

const FIRST_SERVER_ERROR = 500
const NOT_MODIFIED = 304

/**
 * Whether a response may set a cookie that it would not need to: no cache may store it for others, and nothing is known
 * to keep it from its browser.
 */
export function canCarryCookie(request: FastifyRequest, reply: FastifyReply): boolean {
  const { method, headers } = request
  if (method === 'HEAD' || method === 'OPTIONS' || method === 'TRACE') return false
  if (reply.statusCode === NOT_MODIFIED || reply.statusCode >= FIRST_SERVER_ERROR) return false
  // A later hook may still answer it with 304.
  if (headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined) return false
  if (reply.raw.headersSent || request.raw.destroyed || request.raw.socket.destroyed) return false
  return !isShared(reply)
}

function isShared(reply: FastifyReply): boolean {
  const cacheControl = textOf(reply, 'cache-control')
  const isForCdn = OF_CDNS.some((name) => {
    const text = textOf(reply, name)
    return text !== '' && !PRIVATE.test(text)
  })
  if (isForCdn || (SHARED.test(cacheControl) && !PRIVATE.test(cacheControl))) return true
  return cacheControl === '' && Date.parse(textOf(reply, 'expires')) > Date.now()
}

const textOf = (reply: FastifyReply, name: string) => String(reply.getHeader(name) ?? '')
