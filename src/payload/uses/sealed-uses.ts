import type { SealingKey } from '../../keys/key-provider.ts'
import { BLOCK_BYTES, hmacInto } from '../keyed-hash.ts'
import { framed, type SealContext } from '../payload-keys.ts'
import { keyIdOf, open, seal, UnreadablePayload } from '../sealed-payload.ts'

/*
 * The first and the last use of a session, in the column `metadata`:
 *
 *   offset 0        1            9                11       11 + n
 *          format   fingerprint  length n of the  first    last
 *          1 B      8 B          first, 2 B (BE)  n B      nothing where it equals the first
 *
 * First and last are sealed payloads of versions of their own. The fingerprint of the last use shows without opening it
 * whether another use is the same: the first 8 bytes of HMAC-SHA512(master key, fields), framed as in a payload's key:
 * "stored-session/use", namespace, sid, created_at, use. They are never bound to the cookie, because operators list them.
 */
const FORMAT = 1
const FINGERPRINT_AT = 1
const LENGTH_AT = 9
const FIRST_AT = 11
const LABEL = Buffer.from('stored-session/use')

/** The payload versions of a first and of a last use. */
const FIRST_USE = 4
const LAST_USE = 5

const isFirst = (bytes: Buffer) => bytes[0] === FIRST_USE
const isLast = (bytes: Buffer) => bytes[0] === LAST_USE

/** The packed first and last use of a session. */
export interface Uses {
  readonly first: Buffer
  readonly last: Buffer
}

/** Seals the uses of a session into its row. */
export function sealUses(key: SealingKey, context: SealContext, { first, last }: Uses): Buffer {
  return sealedWith(key, context, seal(key, context, first, FIRST_USE), last.equals(first) ? undefined : last, last)
}

/** Replaces the last use by another; undefined when that is the same. Opens nothing. */
export function withLastUse(key: SealingKey, context: SealContext, stored: Buffer, last: Buffer): Buffer | undefined {
  const first = partsOf(stored).first
  if (fingerprint(key, context, last).equals(stored.subarray(FINGERPRINT_AT, LENGTH_AT))) return undefined
  return sealedWith(key, context, first, last, last)
}

/**
 * Opens both uses. A first use that does not open is nothing, because a later use replaces only the last.
 *
 * @throws {@link UnreadablePayload} when the last use does not open
 */
export function openUses(key: SealingKey, context: SealContext, stored: Buffer): Uses {
  const parts = partsOf(stored)
  if (!parts.last) {
    const only = open(key, context, parts.first, isFirst)
    return { first: only, last: only }
  }
  return { first: openedOrNothing(key, context, parts.first), last: open(key, context, parts.last, isLast) }
}

/** A use that was not recorded. */
export const NO_USE = Buffer.alloc(0)

function openedOrNothing(key: SealingKey, context: SealContext, first: Buffer): Buffer {
  try {
    return open(key, context, first, isFirst)
  } catch (error) {
    if (error instanceof UnreadablePayload) return NO_USE
    throw error
  }
}

/** The id of the key that sealed the uses. @throws {@link UnreadablePayload} */
export const keyIdOfUses = (stored: Buffer) => keyIdOf(partsOf(stored).first, isFirst)

function sealedWith(key: SealingKey, context: SealContext, first: Buffer, other: Buffer | undefined, last: Buffer) {
  const head = Buffer.alloc(FIRST_AT)
  head[0] = FORMAT
  head.set(fingerprint(key, context, last), FINGERPRINT_AT)
  head.writeUInt16BE(first.length, LENGTH_AT)
  return Buffer.concat([head, first, ...(other ? [seal(key, context, other, LAST_USE)] : [])])
}

function partsOf(stored: Buffer): { readonly first: Buffer; readonly last: Buffer | undefined } {
  const lastAt = stored.length < FIRST_AT ? Number.NaN : FIRST_AT + stored.readUInt16BE(LENGTH_AT)
  if (stored[0] !== FORMAT || !(lastAt <= stored.length)) throw new UnreadablePayload('malformed')
  return {
    first: stored.subarray(FIRST_AT, lastAt),
    last: lastAt < stored.length ? stored.subarray(lastAt) : undefined,
  }
}

function fingerprint(key: SealingKey, { namespace, sid, createdAt }: SealContext, use: Buffer): Buffer {
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(createdAt))
  const room = Buffer.alloc(BLOCK_BYTES)
  const digest = Buffer.alloc(64)
  hmacInto(digest, key.secret, Buffer.concat([room, framed([LABEL, Buffer.from(namespace), sid, time, use])]))
  return digest.subarray(0, LENGTH_AT - FINGERPRINT_AT)
}
