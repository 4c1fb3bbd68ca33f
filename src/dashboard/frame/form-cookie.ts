import type { FastifyReply, FastifyRequest } from 'fastify'
import { formTokenOf, isFormToken, randomText } from '../../payload/page-values.ts'

/*
 * Forms carry a token that only a page of the dashboard can show: the HMAC of the operator's name with a random value as
 * the key, which only the browser's cookie has. Operators need no session, so the token does not depend on one.
 */
const NAME = 'stored-session-dashboard'
const VALUE = /^[\w-]{43}$/

/** The token for the forms of a page; gives the browser its cookie if it has none. */
export function tokenFor(request: FastifyRequest, reply: FastifyReply, actor: string): string {
  const value = cookieOf(request) ?? giveCookie(request, reply)
  return formTokenOf(secretOf(value, actor))
}

/** Whether a form carries the token of its browser and operator. */
export function hasToken(request: FastifyRequest, actor: string, token: unknown): boolean {
  const value = cookieOf(request)
  return value !== undefined && isFormToken(secretOf(value, actor), token)
}

const secretOf = (value: string, actor: string) => `${value}\0${actor}`

// With this prefix a browser accepts the cookie only from this very host.
const nameFor = ({ protocol }: FastifyRequest) => (protocol === 'https' ? `__Host-${NAME}` : NAME)

function cookieOf(request: FastifyRequest): string | undefined {
  const start = `${nameFor(request)}=`
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
  const value = pairs.find((pair) => pair.startsWith(start))?.slice(start.length)
  return value !== undefined && VALUE.test(value) ? value : undefined
}

function giveCookie(request: FastifyRequest, reply: FastifyReply): string {
  const value = randomText()
  const secure = request.protocol === 'https' ? '; Secure' : ''
  // Lax: a link to a page must not make the forms of other pages invalid.
  reply.header('set-cookie', `${nameFor(request)}=${value}; Path=/; HttpOnly; SameSite=Lax${secure}`)
  return value
}
