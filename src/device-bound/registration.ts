import type { FastifyReply, FastifyRequest } from 'fastify'
import { InvalidProofError } from '../errors.ts'
import { ALGORITHMS, isProofBy, parseProof } from '../payload/binding/device-proof.ts'
import { sidOf } from '../payload/session-id.ts'
import type { DeviceParts } from './device-parts.ts'
import { sendInstructions } from './instructions.ts'

/**
 * The header that offers a browser to bind a session.
 *
 * @param id - the id of the session: only a browser that holds it can use the challenge
 */
export async function offerOf({ options, paths, tokens }: DeviceParts, id: string): Promise<string> {
  const challenge = await tokens().issue('register', sidOf(id), Date.now() + options.grace)
  return `(${ALGORITHMS.join(' ')});path="${paths.register}";challenge="${challenge}"`
}

/**
 * Binds the session of a request to the device that signed its challenge.
 *
 * @throws `FST_STORED_SESSION_INVALID_PROOF`
 */
export async function register(parts: DeviceParts, request: FastifyRequest, reply: FastifyReply): Promise<object> {
  const proof = parseProof(String(request.headers['secure-session-response'] ?? ''))
  const { publicKey } = proof ?? {}
  const id = proof && (await challengedId(parts, request, proof.challenge))
  if (!proof || !publicKey || id === undefined || !isProofBy(publicKey, proof)) throw new InvalidProofError()
  const visitor = parts.requests.visitorOf(request)
  const binding = await parts.store.requests.bind({ id, publicKey, visitor })
  if (!binding) throw new InvalidProofError()
  return sendInstructions(parts, request, reply, binding)
}

/** The id among those of a request that a challenge was made for. */
async function challengedId(
  { requests, tokens }: DeviceParts,
  request: FastifyRequest,
  challenge: string,
): Promise<string | undefined> {
  for (const id of requests.idsOf(request))
    if ((await tokens().validUntil('register', sidOf(id), challenge)) !== undefined) return id
  return undefined
}
