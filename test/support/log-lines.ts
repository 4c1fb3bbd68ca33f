import type { FastifyServerOptions } from 'fastify'

/** Settings of a server whose log tells each of its lines, parsed. */
export function logTo<Line = Record<string, unknown>>(
  tell: (line: Line) => void,
  level = 'trace',
): FastifyServerOptions {
  return { logger: { level, stream: { write: (line: string) => tell(JSON.parse(line)) } } }
}
