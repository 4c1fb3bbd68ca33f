import { randomBytes } from 'node:crypto'
import type { SealingKey } from '../../keys/key-provider.ts'
import type { SealContext } from '../payload-keys.ts'
import { keyIdOf, open, seal, UnreadablePayload } from '../sealed-payload.ts'

/*
 * The binding of a session to a device, in the column `binding`:
 *
 *   offset 0        1        17
 *          format   id       sealed payload of a version of its own
 *          1 B      16 B
 *
 * The plaintext of the payload:
 *
 *   offset 0        16       48
 *          id       name     public key
 *          16 B     32 B     SubjectPublicKeyInfo, DER
 *
 * The id is random, and stays when the session gets another id, so the cookie of the device stays valid. It stands
 * before the payload because each request needs it, and opening takes longer than the rest of the check.
 */
const FORMAT = 1
const ID_AT = 1
const SEALED_AT = 17
const ID_BYTES = SEALED_AT - ID_AT
const NAME_BYTES = 32

/** The payload version of a binding. */
const BINDING = 7
const isBinding = (bytes: Buffer) => bytes[0] === BINDING

/** The device that a session is bound to. */
export interface Binding {
  /** 16 random bytes, which the cookie of the device is made for. */
  readonly id: Buffer
  /** The sid that the session had when it was bound: the browser names the session by it. */
  readonly name: Buffer
  /** The public key of the device: SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
}

/** A new binding of the session that has this sid now. */
export const newBinding = (name: Buffer, publicKey: Buffer): Binding => ({ id: randomBytes(ID_BYTES), name, publicKey })

/** Seals a binding into the row of its session. */
export function sealBinding(key: SealingKey, context: SealContext, { id, name, publicKey }: Binding): Buffer {
  const sealed = seal(key, context, Buffer.concat([id, name, publicKey]), BINDING)
  return Buffer.concat([Buffer.from([FORMAT]), id, sealed])
}

/** @throws {@link UnreadablePayload} */
export function openBinding(key: SealingKey, context: SealContext, stored: Buffer): Binding {
  const plaintext = open(key, context, sealedPart(stored), isBinding)
  const nameAt = ID_BYTES
  const keyAt = nameAt + NAME_BYTES
  const id = plaintext.subarray(0, nameAt)
  if (plaintext.length <= keyAt || !id.equals(bindingIdOf(stored))) throw new UnreadablePayload('malformed')
  return { id, name: plaintext.subarray(nameAt, keyAt), publicKey: plaintext.subarray(keyAt) }
}

/** The id of a binding, readable without opening it. */
export const bindingIdOf = (stored: Buffer) => stored.subarray(ID_AT, SEALED_AT)

/** The id of the key that sealed a binding. @throws {@link UnreadablePayload} */
export const keyIdOfBinding = (stored: Buffer) => keyIdOf(sealedPart(stored), isBinding)

function sealedPart(stored: Buffer): Buffer {
  if (stored[0] !== FORMAT) throw new UnreadablePayload('malformed')
  return stored.subarray(SEALED_AT)
}
