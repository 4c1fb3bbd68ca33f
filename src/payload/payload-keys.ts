import type { SealingKey } from '../keys/key-provider.ts'
import { BLOCK_BYTES, hmacInto, prefixHashInto } from './keyed-hash.ts'
import { nextRandom, SALT_BYTES } from './session-id.ts'

/*
 * The salt, the key and the nonce of one payload. The layout is in sealed-payload.ts.
 */
/** Offsets in the header of a payload. */
export const KEY_ID_FROM = 1
const SALT_FROM = 5
export const HEADER_BYTES = 21

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
  /** Present for the details of an event: then `createdAt` is the time of the event. */
  readonly event?: EventFields | undefined
}

/** The plaintext columns of an event that its details are bound to. */
export interface EventFields {
  /** 16 bytes. */
  readonly id: Buffer
  readonly kind: string
  readonly userId: string | null
}

/**
 * Writes the salt of a payload: random bytes mixed with the content under the master key. If the random source repeats,
 * two different plaintexts still get two different keys and nonces. No reader computes it again.
 */
export function freshSaltInto(sealed: Buffer, key: SealingKey, { sid }: SealContext, plaintext: Uint8Array): void {
  saltInput.set(nextRandom(), SALT_RANDOM_AT)
  saltInput.set(sid, SALT_SID_AT)
  prefixHashInto(DERIVED, key.secret, saltInput, plaintext)
  DERIVED.copy(sealed, SALT_FROM, 0, SALT_BYTES)
}

const PAYLOAD_LABEL = Buffer.from('stored-session/payload')
const EVENT_LABEL = Buffer.from('stored-session/event')
const SALT_LABEL = Buffer.from('stored-session/salt')
const SID_BYTES = 32
const SHARE_BYTES = 32

const saltInput = framed([SALT_LABEL, Buffer.alloc(SALT_BYTES), Buffer.alloc(SID_BYTES)])
const SALT_SID_AT = saltInput.length - SID_BYTES
const SALT_RANDOM_AT = SALT_SID_AT - 4 - SALT_BYTES

// The result of the last derivation. Callers use it synchronously, so it can be shared.
const DERIVED = Buffer.alloc(64)
export const KEY = DERIVED.subarray(0, 32)
export const IV = DERIVED.subarray(32, 44)

// The positions of the fields in the input, after the room for the key. Fields that are the same for all payloads are
// written once.
const VERSION_AT = BLOCK_BYTES + 4 + PAYLOAD_LABEL.length + 4
const KEY_ID_AT = VERSION_AT + 1 + 4
const SALT_AT = KEY_ID_AT + 4 + 4
const inputs = { unbound: new Map<string, Buffer>(), bound: new Map<string, Buffer>() }

/** Derives the key and the nonce of a payload into {@link KEY} and {@link IV}. */
export function deriveKeyAndIv(key: SealingKey, sealed: Buffer, context: SealContext): void {
  const { namespace, sid, createdAt, share, event } = context
  if (event) return hmacInto(DERIVED, key.secret, eventInput(sealed, context, event))
  const input = inputFor(namespace, share !== undefined)
  input[VERSION_AT] = sealed[0]!
  sealed.copy(input, KEY_ID_AT, KEY_ID_FROM, SALT_FROM)
  sealed.copy(input, SALT_AT, SALT_FROM, HEADER_BYTES)
  const shareAt = input.length - (share ? SHARE_BYTES : -4)
  const timeAt = shareAt - 4 - 8
  sid.copy(input, timeAt - 4 - SID_BYTES)
  writeTime(input, createdAt, timeAt)
  share?.copy(input, shareAt)
  hmacInto(DERIVED, key.secret, input)
}

function writeTime(bytes: Buffer, time: number, offset: number): void {
  bytes.writeUInt32BE(Math.floor(time / 2 ** 32), offset)
  bytes.writeUInt32BE(time % 2 ** 32, offset + 4)
}

// The last field is absent for an event without a user, so that no user equals none.
function eventInput(sealed: Buffer, context: SealContext, { id, kind, userId }: EventFields): Buffer {
  const time = Buffer.alloc(8)
  writeTime(time, context.createdAt, 0)
  const header = [
    sealed.subarray(0, 1),
    sealed.subarray(KEY_ID_FROM, SALT_FROM),
    sealed.subarray(SALT_FROM, HEADER_BYTES),
  ]
  const row = [Buffer.from(context.namespace), context.sid, time, id, Buffer.from(kind)]
  const user = userId === null ? [] : [Buffer.from(userId)]
  return Buffer.concat([Buffer.alloc(BLOCK_BYTES), framed([EVENT_LABEL, ...header, ...row, ...user])])
}

/** The derivation input with its lengths, label and namespace. Callers use it synchronously, so it can be shared. */
function inputFor(namespace: string, hasShare: boolean): Buffer {
  const known = (hasShare ? inputs.bound : inputs.unbound).get(namespace)
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
  const input = Buffer.concat([blank(BLOCK_BYTES), framed(hasShare ? [...fields, blank(SHARE_BYTES)] : fields)])
  ;(hasShare ? inputs.bound : inputs.unbound).set(namespace, input)
  return input
}

/** Puts each field's length before it, so that different lists of fields never give the same bytes. */
export function framed(fields: readonly Buffer[]): Buffer {
  const bytes = Buffer.allocUnsafe(fields.reduce((sum, field) => sum + 4 + field.length, 0))
  let offset = 0
  for (const field of fields) {
    offset = bytes.writeUInt32BE(field.length, offset)
    offset += field.copy(bytes, offset)
  }
  return bytes
}
