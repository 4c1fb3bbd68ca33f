import type { FastifyReply } from 'fastify'

/*
 * The Set-Cookie lines of a response that are about one cookie.
 */

/** Whether this response sets the cookie. */
export function setsCookie(reply: FastifyReply, name: string): boolean {
  return linesOf(reply).some((line) => isAbout(line, name) && !isCleared(line, name))
}

/** Whether this response clears the cookie. */
export function clearsCookie(reply: FastifyReply, name: string): boolean {
  const last = lastLine(reply, name)
  return last !== undefined && isCleared(last, name)
}

/** The line that browsers keep of several about one cookie. */
export function lastLine(reply: FastifyReply, name: string): string | undefined {
  return linesOf(reply).findLast((line) => isAbout(line, name))
}

/** Replaces all lines of this response about the cookie. */
export function replaceLines(reply: FastifyReply, name: string, lines: readonly string[]): void {
  const all = linesOf(reply)
  const others = all.filter((line) => !isAbout(line, name))
  if (lines.length === 0 && others.length === all.length) return
  const kept = [...others, ...lines]
  reply.removeHeader('set-cookie')
  if (kept.length > 0) reply.header('set-cookie', kept.length === 1 ? kept[0] : kept)
}

const linesOf = (reply: FastifyReply) => [reply.getHeader('set-cookie') ?? []].flat().map(String)
const isAbout = (line: string, name: string) => line.startsWith(`${name}=`)
const isCleared = (line: string, name: string) => line.startsWith(`${name}=;`)
