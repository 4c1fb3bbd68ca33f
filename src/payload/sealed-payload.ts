import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { SealingKey } from '../keys/key-provider.ts'
import { deriveKeyAndIv, freshSaltInto, HEADER_BYTES, IV, KEY, KEY_ID_FROM, type SealContext } from './payload-keys.ts'

export type { EventFields, SealContext } from './payload-keys.ts'

/*
 * A sealed payload:
 *
 *   offset 0        1          5          21                    end - 16
 *          version  key id     salt       ciphertext            tag
 *          1 B      4 B (BE)   16 B       as the plaintext      16 B
 *
 *   okm = HMAC-SHA512(master key, fields), where the length of each field precedes it as 4 bytes (BE):
 *           "stored-session/payload", version, key id, salt, namespace (UTF-8), sid (32 B), created_at (8 B, BE)
 *           and, where payloads are bound to cookies, the hash of the session id in `shareOf` (32 B)
 *         or, for the details of an event,
 *           "stored-session/event", version, key id, salt, namespace (UTF-8), sid (32 B), time (8 B, BE), id (16 B),
 *           kind (ASCII) and, where the event has a user, the user (UTF-8)
 *   AES-256-GCM with key = okm[0..32], iv = okm[32..44], additional data = the 21 bytes of header
 */
/** The plaintext is the serialized content. */
export const PLAIN = 1
/** The plaintext is the serialized content, compressed: DEFLATE, RFC 1951. */
export const DEFLATED = 2
/** The plaintext points to the session under its next id: never the content of a session. */
export const POINTER = 3
/** The plaintext is the details of an event. 4 and 5 are the versions of metadata. */
export const EVENT = 6

const TAG_BYTES = 16
const TAG = { authTagLength: TAG_BYTES }

/** Bytes that sealing adds to a plaintext. */
export const SEAL_OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES

/** The reason why a payload does not open. */
export type UnreadableReason =
  | 'malformed'
  | 'unknown version'
  | 'unknown key'
  | 'revoked key'
  | 'not authentic'
  | 'not decodable'
  | 'unsendable cookie'

/** A payload that does not open. The error has the reason, and no part of the payload. */
export class UnreadablePayload extends Error {
  readonly reason: UnreadableReason

  constructor(reason: UnreadableReason) {
    super(`unreadable session payload: ${reason}`)
    this.reason = reason
  }
}

/**
 * Seals a plaintext into its row. Each write has its own key and nonce.
 *
 * @param key - the master key
 * @param context - the row that it belongs to
 * @param plaintext - any bytes
 * @param version - the kind of plaintext: {@link PLAIN}, {@link DEFLATED}, {@link POINTER} or {@link EVENT}
 * @returns `plaintext.length + 37` bytes
 * @see NIST SP 800-38D, section 8.3, for the limit of random nonces that a key per write avoids
 */
export function seal(key: SealingKey, context: SealContext, plaintext: Uint8Array, version = PLAIN): Buffer {
  const sealed = Buffer.allocUnsafe(plaintext.length + SEAL_OVERHEAD_BYTES)
  sealed[0] = version
  sealed.writeUInt32BE(key.id, KEY_ID_FROM)
  freshSaltInto(sealed, key, context, plaintext)
  deriveKeyAndIv(key, sealed, context)
  const cipher = createCipheriv('aes-256-gcm', KEY, IV, TAG)
  cipher.setAAD(sealed.subarray(0, HEADER_BYTES))
  sealed.set(cipher.update(plaintext), HEADER_BYTES)
  cipher.final()
  sealed.set(cipher.getAuthTag(), sealed.length - TAG_BYTES)
  return sealed
}

/**
 * The id of the key that sealed a payload, readable without opening it.
 *
 * @throws {@link UnreadablePayload} for bytes that are not one of our payloads
 */
export function keyIdOf(sealed: Buffer, isExpected = isSealed): number {
  if (sealed.length < SEAL_OVERHEAD_BYTES) throw new UnreadablePayload('malformed')
  if (!isExpected(sealed)) throw new UnreadablePayload('unknown version')
  return sealed.readUInt32BE(KEY_ID_FROM)
}

/** Whether these bytes begin like the content of a session. */
export function isSealed(bytes: Buffer): boolean {
  return bytes[0] === PLAIN || bytes[0] === DEFLATED
}

/** Whether these bytes begin like a pointer. */
export function isPointer(bytes: Buffer): boolean {
  return bytes[0] === POINTER
}

/** Whether these bytes begin like the details of an event. */
export function isEvent(bytes: Buffer): boolean {
  return bytes[0] === EVENT
}

/**
 * Opens the result of {@link seal}, in the same row.
 *
 * @throws {@link UnreadablePayload} unless every bit is unchanged, and the key and the row are the same
 */
export function open(key: SealingKey, context: SealContext, sealed: Buffer, isExpected = isSealed): Buffer {
  // A manual edit can put any value into the row, and SQLite stores text in a numeric column.
  if (!(Number.isSafeInteger(context.createdAt) && context.createdAt >= 0)) throw new UnreadablePayload('malformed')
  if (keyIdOf(sealed, isExpected) !== key.id) throw new UnreadablePayload('unknown key')
  deriveKeyAndIv(key, sealed, context)
  const decipher = createDecipheriv('aes-256-gcm', KEY, IV, TAG)
  decipher.setAAD(sealed.subarray(0, HEADER_BYTES))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  const plaintext = decipher.update(sealed.subarray(HEADER_BYTES, -TAG_BYTES))
  try {
    decipher.final()
  } catch {
    throw new UnreadablePayload('not authentic')
  }
  return plaintext
}
