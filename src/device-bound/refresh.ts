import type { FastifyReply, FastifyRequest } from 'fastify'
import { InvalidProofError } from '../errors.ts'
import { type DeviceProof, isProofBy, parseProof } from '../payload/binding/device-proof.ts'
import { formatSid } from '../payload/session-id.ts'
import type { DeviceParts } from './device-parts.ts'
import { endOf, nameText, parseName, sendInstructions } from './instructions.ts'
import type { UsedChallenges } from './used-challenges.ts'

/** How long a browser may take to sign a challenge, in milliseconds. */
const CHALLENGE_MS = 60_000

/**
 * Renews the cookie of a device. Without a proof that answers a challenge of ours, the browser gets a challenge, which
 * reads nothing; with one, the session is read once.
 *
 * @throws `FST_STORED_SESSION_INVALID_PROOF`
 */
export async function refresh(
  parts: DeviceParts,
  used: UsedChallenges,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object | undefined> {
  const { store, requests } = parts
  const name = parseName(request.headers['sec-secure-session-id'])
  if (!name) throw new InvalidProofError()
  const proof = proofOf(request)
  if (!proof || !(await isFresh(parts, used, name, proof))) return challenge(parts, reply, name)
  const found = await store.requests.findDevice(requests.idsOf(request), name)
  if (found === 'ended') return endOf(name)
  // An empty answer changes nothing in the browser.
  if (found === 'unknown') return undefined
  if (!isProofBy(found.publicKey, proof)) throw new InvalidProofError()
  used.add(proof.challenge)
  store.events.emit('proven', { sid: formatSid(name) })
  return sendInstructions(parts, request, reply, found)
}

/** The proof of a request; undefined without one. */
function proofOf({ headers }: FastifyRequest): DeviceProof | undefined {
  const text = headers['secure-session-response']
  if (text === undefined) return undefined
  const proof = parseProof(String(text))
  if (!proof) throw new InvalidProofError()
  return proof
}

async function isFresh({ tokens }: DeviceParts, used: UsedChallenges, name: Buffer, proof: DeviceProof) {
  if (used.has(proof.challenge)) return false
  return (await tokens().validUntil('refresh', name, proof.challenge)) !== undefined
}

/** Any other status of this kind would make the browser forget the key of its device. */
async function challenge({ tokens }: DeviceParts, reply: FastifyReply, name: Buffer): Promise<undefined> {
  const text = await tokens().issue('refresh', name, Date.now() + CHALLENGE_MS)
  reply.code(403).header('secure-session-challenge', `"${text}";id="${nameText(name)}"`)
}
