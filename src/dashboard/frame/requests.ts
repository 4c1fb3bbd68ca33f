import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ownBase } from '../../pages/own-path.ts'

/** The largest form in bytes: a filter and a token take less. */
const MOST_BYTES = 16_384

/** Accepts forms below the prefix, and nothing else, whatever the application accepts elsewhere. */
export function acceptForms(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: MOST_BYTES },
    async (_: FastifyRequest, text: string) => new URLSearchParams(text),
  )
}

/**
 * The path of the prefix as the browser asked for it, without a slash at its end.
 *
 * @param path - the path of the route below the prefix
 */
export function baseOf({ originalUrl }: Pick<FastifyRequest, 'originalUrl'>, path: string): string {
  const segments = (originalUrl.split(/[?#]/, 1)[0] ?? '').replace(/\/+$/, '').split('/')
  const own = path.split('/').filter((part) => part !== '').length
  return ownBase(segments.slice(0, segments.length - own).join('/'))
}

/** The query of a request, whatever parser the application has for its own. */
export function queryOf({ originalUrl }: Pick<FastifyRequest, 'originalUrl'>): URLSearchParams {
  const start = originalUrl.indexOf('?')
  return new URLSearchParams(start === -1 ? '' : originalUrl.slice(start))
}
