import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply } from 'fastify'

/** Tells the browser to forget the session's cookie, instead of anything else said about it in this response. */
export function clearSessionCookie(reply: FastifyReply, name: string, { path, domain }: CookieSerializeOptions): void {
  reply.clearCookie(name, { path: path ?? '/', ...(domain ? { domain } : {}) })
}

/**
 * Leaves only the last of several Set-Cookie lines for one name: the host clears and sets in one response, and a server
 * should not send two cookies of one name.
 *
 * @see RFC 6265, section 4.1.1
 */
export function keepLastSessionCookie(reply: FastifyReply, name: string): void {
  const header = reply.getHeader('set-cookie')
  if (!Array.isArray(header)) return
  const isOurs = (line: string) => line.startsWith(`${name}=`)
  const last = header.findLastIndex(isOurs)
  const kept = header.filter((line, index) => index === last || !isOurs(line))
  if (kept.length === header.length) return
  reply.removeHeader('set-cookie')
  reply.header('set-cookie', kept)
}
