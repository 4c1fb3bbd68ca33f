import type { FastifyInstance, FastifyRequest } from 'fastify'

/** The largest body in bytes: a handle and a token take less. */
const MOST_BYTES = 4_096

/** What an action got: from a form with its token, or as JSON. */
export interface ActionBody {
  readonly format: 'form' | 'json'
  readonly handle: unknown
  /** The token of a form. */
  readonly token: unknown
}

/** Accepts forms and JSON below the prefix, whatever the application accepts elsewhere. */
export function acceptActionBodies(scope: FastifyInstance): void {
  const options = { parseAs: 'string', bodyLimit: MOST_BYTES } as const
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('application/x-www-form-urlencoded', options, async (_: FastifyRequest, text: string) => {
    const fields = new URLSearchParams(text)
    return { format: 'form', handle: fields.get('handle'), token: fields.get('token') } satisfies ActionBody
  })
  scope.addContentTypeParser('application/json', options, async (_: FastifyRequest, text: string) => {
    const { handle } = parsed(text) as { handle?: unknown }
    return { format: 'json', handle, token: undefined } satisfies ActionBody
  })
}

function parsed(text: string): object {
  try {
    return Object(text.trim() === '' ? {} : JSON.parse(text))
  } catch {
    throw Object.assign(new Error('The body is not valid JSON.'), { statusCode: 400 })
  }
}
