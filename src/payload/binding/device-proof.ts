import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'

/*
 * A proof of a device: a JWT in compact form, signed by the key of the device.
 *
 *   header   { "typ": "dbsc+jwt", "alg": "ES256" | "RS256", "jwk"?: public key }
 *   payload  { "jti": challenge }
 */
/** The longest proof, in characters: RS256 with 4096 bits takes 1,900. */
export const LONGEST_PROOF = 4_096
const TYPE = 'dbsc+jwt'
const BASE64URL = /^[\w-]+$/
const SMALLEST_RSA_BITS = 2_048
const LARGEST_RSA_BITS = 4_096
/** Verifying takes longer with each bit of the exponent, and the device chooses it. */
const LARGEST_EXPONENT = 2n ** 32n

/** The algorithms that a device may use, in the order of preference. @see W3C DBSC, section 9.1 */
export const ALGORITHMS = ['ES256', 'RS256'] as const
type Algorithm = (typeof ALGORITHMS)[number]

/** A proof that is well-formed. Nothing in it is verified yet. */
export interface DeviceProof {
  readonly algorithm: Algorithm
  /** The challenge that the device signed. */
  readonly challenge: string
  /** The public key of the device, SubjectPublicKeyInfo, DER; only a proof for a registration has one. */
  readonly publicKey: Buffer | undefined
  readonly signed: string
  readonly signature: Buffer
}

/** Reads a proof; undefined for anything that is not one. */
export function parseProof(text: string): DeviceProof | undefined {
  const parts = text.length > LONGEST_PROOF ? [] : text.split('.')
  if (parts.length !== 3 || !parts.every((part) => BASE64URL.test(part))) return undefined
  const [head, body, signature] = parts as [string, string, string]
  const { typ, alg, jwk } = objectIn(head)
  const { jti } = objectIn(body)
  const algorithm = ALGORITHMS.find((name) => name === alg)
  if (typ !== TYPE || !algorithm || typeof jti !== 'string') return undefined
  const publicKey = jwk === undefined ? undefined : publicKeyOf(jwk, algorithm)
  if (jwk !== undefined && !publicKey) return undefined
  const signed = text.slice(0, head.length + 1 + body.length)
  return { algorithm, challenge: jti, publicKey, signed, signature: Buffer.from(signature, 'base64url') }
}

/**
 * Whether the key of a device signed a proof. The type of the key decides about the algorithm, and the proof must name
 * the same one: a proof never chooses how it is verified.
 *
 * @see RFC 8725, section 3.1
 */
export function isProofBy(publicKey: Buffer, { algorithm, signed, signature }: DeviceProof): boolean {
  const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' })
  if (algorithmOf(key) !== algorithm) return false
  return verify('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, signature)
}

function objectIn(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function publicKeyOf(jwk: unknown, algorithm: Algorithm): Buffer | undefined {
  try {
    // Only these members: a private key in its place would be accepted as well.
    const { kty, crv, x, y, n, e } = jwk as Record<string, string>
    const key = createPublicKey({ key: { kty, crv, x, y, n, e } as JsonWebKey, format: 'jwk' })
    return algorithmOf(key) === algorithm ? key.export({ format: 'der', type: 'spki' }) : undefined
  } catch {
    return undefined
  }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): Algorithm | undefined {
  const { namedCurve, modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails
  if (asymmetricKeyType === 'ec') return namedCurve === 'prime256v1' ? 'ES256' : undefined
  if (modulusLength < SMALLEST_RSA_BITS || modulusLength > LARGEST_RSA_BITS) return undefined
  return asymmetricKeyType === 'rsa' && publicExponent < LARGEST_EXPONENT ? 'RS256' : undefined
}
