import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import type { SealingKey } from '../keys/key-provider.ts'
import { nextRandom, SALT_BYTES } from './session-id.ts'

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
 *   AES-256-GCM with key = okm[0..32], iv = okm[32..44], additional data = the 21 bytes of header
 */
/** The plaintext is the serialized content. */
export const PLAIN = 1
/** The plaintext is the serialized content, compressed: DEFLATE, RFC 1951. */
export const DEFLATED = 2
/** The plaintext points to the session under its next id: never the content of a session. */
export const POINTER = 3

const HEADER_BYTES = 21
const TAG_BYTES = 16

/** Bytes that sealing adds to a plaintext. */
export const SEAL_OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES

/** The context that a payload is bound to: with any other, it does not open. */
export interface SealContext {
  /** The table, so that one key used for two tables never opens the other's rows. */
  readonly namespace: string
  /** The row: SHA-256 of the session id, 32 bytes. */
  readonly sid: Buffer
  /** The row's `created_at`, epoch milliseconds: changing it cannot extend a session's absolute lifetime. */
  readonly createdAt: number
  /** A hash of the session id, 32 bytes, where payloads are bound to cookies. */
  readonly share?: Buffer | undefined
}

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
 * @param version - the kind of plaintext: {@link PLAIN}, {@link DEFLATED} or {@link POINTER}
 * @returns `plaintext.length + 37` bytes
 * @see NIST SP 800-38D, section 8.3, for the limit of random nonces that a key per write avoids
 */
export function seal(key: SealingKey, context: SealContext, plaintext: Uint8Array, version = PLAIN): Buffer {
  const sealed = Buffer.allocUnsafe(plaintext.length + SEAL_OVERHEAD_BYTES)
  sealed[0] = version
  sealed.writeUInt32BE(key.id, 1)
  freshSalt(key, context, plaintext).copy(sealed, 5)
  const header = sealed.subarray(0, HEADER_BYTES)
  const okm = deriveKeyAndIv(key, header, context)
  const cipher = createCipheriv('aes-256-gcm', okm.subarray(0, 32), okm.subarray(32, 44), { authTagLength: TAG_BYTES })
  cipher.setAAD(header)
  cipher.update(plaintext).copy(sealed, HEADER_BYTES)
  cipher.final()
  cipher.getAuthTag().copy(sealed, sealed.length - TAG_BYTES)
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
  return sealed.readUInt32BE(1)
}

/** Whether these bytes begin like the content of a session. */
export function isSealed(bytes: Buffer): boolean {
  return bytes[0] === PLAIN || bytes[0] === DEFLATED
}

/** Whether these bytes begin like a pointer. */
export function isPointer(bytes: Buffer): boolean {
  return bytes[0] === POINTER
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
  const header = sealed.subarray(0, HEADER_BYTES)
  const okm = deriveKeyAndIv(key, header, context)
  const decipher = createDecipheriv('aes-256-gcm', okm.subarray(0, 32), okm.subarray(32, 44), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(header)
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  const plaintext = decipher.update(sealed.subarray(HEADER_BYTES, -TAG_BYTES))
  try {
    decipher.final()
  } catch {
    throw new UnreadablePayload('not authentic')
  }
  return plaintext
}

/**
 * Random bytes mixed with the content under the master key. If the random source repeats, two different plaintexts
 * still get two different keys and nonces.
 */
function freshSalt(key: SealingKey, context: SealContext, plaintext: Uint8Array): Buffer {
  return createHmac('sha512', key.secret)
    .update(framed([SALT_LABEL, nextRandom(), context.sid]))
    .update(plaintext)
    .digest()
    .subarray(0, SALT_BYTES)
}

const PAYLOAD_LABEL = Buffer.from('stored-session/payload')
const SALT_LABEL = Buffer.from('stored-session/salt')

// The positions of the fields in the input. Fields that are the same for all payloads are written once.
const VERSION_AT = 4 + PAYLOAD_LABEL.length + 4
const KEY_ID_AT = VERSION_AT + 1 + 4
const SALT_AT = KEY_ID_AT + 4 + 4
const SID_BYTES = 32
const SHARE_BYTES = 32
const inputs = new Map<string, Buffer>()

function deriveKeyAndIv(key: SealingKey, header: Buffer, { namespace, sid, createdAt, share }: SealContext): Buffer {
  const input = inputFor(namespace, share !== undefined)
  header.copy(input, VERSION_AT, 0, 1)
  header.copy(input, KEY_ID_AT, 1, 5)
  header.copy(input, SALT_AT, 5, HEADER_BYTES)
  const shareAt = input.length - (share ? SHARE_BYTES : -4)
  const timeAt = shareAt - 4 - 8
  sid.copy(input, timeAt - 4 - SID_BYTES)
  input.writeBigUInt64BE(BigInt(createdAt), timeAt)
  share?.copy(input, shareAt)
  return createHmac('sha512', key.secret).update(input).digest()
}

/** The derivation input with its lengths, label and namespace. Callers use it synchronously, so it can be shared. */
function inputFor(namespace: string, hasShare: boolean): Buffer {
  const name = `${hasShare} ${namespace}`
  const known = inputs.get(name)
  if (known) return known
  const blank = (bytes: number) => Buffer.alloc(bytes)
  const fields = [
    PAYLOAD_LABEL,
    blank(1),
    blank(4),
    blank(SALT_BYTES),
    Buffer.from(namespace),
    blank(SID_BYTES),
    blank(8),
  ]
  const input = framed(hasShare ? [...fields, blank(SHARE_BYTES)] : fields)
  inputs.set(name, input)
  return input
}

/** Puts each field's length before it, so that different lists of fields never give the same bytes. */
function framed(fields: readonly Buffer[]): Buffer {
  const bytes = Buffer.allocUnsafe(fields.reduce((sum, field) => sum + 4 + field.length, 0))
  let offset = 0
  for (const field of fields) {
    offset = bytes.writeUInt32BE(field.length, offset)
    offset += field.copy(bytes, offset)
  }
  return bytes
}
