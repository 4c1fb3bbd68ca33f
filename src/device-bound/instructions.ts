import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Binding } from '../payload/binding/sealed-binding.ts'
import type { DeviceParts } from './device-parts.ts'

/*
 * The answers that browsers act on. @see W3C DBSC, sections 8.4 and 9
 */
/** How long a token outlives its cookie, for requests that are on their way, in milliseconds. */
const IN_FLIGHT_MS = 5_000
const NAME_BYTES = 32

/** The name of a session for its browser. It opens nothing: it is the hash that the row has as its key. */
export const nameText = (name: Buffer) => name.toString('base64url')

/** The name in a header, as a token or a string of a structured field; undefined for anything else. */
export function parseName(header: unknown): Buffer | undefined {
  const text = typeof header === 'string' ? header.replace(/^"(.*)"$/, '$1') : ''
  if (!/^[\w-]{43}$/.test(text)) return undefined
  const name = Buffer.from(text, 'base64url')
  return name.length === NAME_BYTES && nameText(name) === text ? name : undefined
}

/** Sets the cookie of a device, and tells its browser where to renew it. */
export async function sendInstructions(
  { cookie, tokens, options, paths }: DeviceParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { id, name }: Binding,
): Promise<object> {
  const token = await tokens().issue('device', id, Date.now() + options.refresh + IN_FLIGHT_MS)
  reply.header('set-cookie', cookie.setting(request, token, Math.ceil(options.refresh / 1_000)))
  return {
    session_identifier: nameText(name),
    refresh_url: paths.refresh,
    // The origin is that of the request, which the browser knows better than a server behind a proxy.
    scope: { include_site: false, scope_specification: [] },
    credentials: [{ type: 'cookie', name: cookie.name, attributes: cookie.attributes(request) }],
    // Otherwise a link of another site finds its user signed out, once the cookie of the device has ended.
    allowed_refresh_initiators: ['*'],
  }
}

/** Tells a browser that it has no use for the key of a device any more. */
export const endOf = (name: Buffer) => ({ session_identifier: nameText(name), continue: false })
