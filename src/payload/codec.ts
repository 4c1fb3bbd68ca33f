import { InvalidOptionsError, UnavailableError } from '../errors.ts'
import type { KeyProvider, SealingKey } from '../keys/key-provider.ts'
import { keyIdOf, open, type SealContext, seal, UnreadablePayload } from './sealed-payload.ts'
import type { Serializer } from './serializer.ts'

/** Content to bytes to sealed payload, and back. */
export interface Codec {
  serialize(content: Record<string, unknown>): Uint8Array
  deserialize(plaintext: Uint8Array): Record<string, unknown>
  seal(sid: Buffer, createdAt: number, plaintext: Uint8Array): Buffer | Promise<Buffer>
  /** @throws {@link UnreadablePayload} */
  open(sid: Buffer, createdAt: number, sealed: Buffer): Buffer | Promise<Buffer>
}

/** Puts keys and serializer together for one table. */
export function codecFor(keys: KeyProvider, serializer: Serializer, namespace: string): Codec {
  return {
    serialize: (content) => checkedBytes(serializer.serialize(content)),
    deserialize: (plaintext) => decode(serializer, plaintext),
    seal(sid, createdAt, plaintext) {
      const context = { namespace, sid, createdAt }
      return withKey(
        () => keys.current(),
        (key) => sealWith(key, context, plaintext),
      )
    },
    open(sid, createdAt, sealed) {
      const context = { namespace, sid, createdAt }
      const id = keyIdOf(sealed)
      return withKey(
        () => keys.find(id),
        (key) => openWith(key, context, sealed),
      )
    },
  }
}

/** Uses a key at once when the provider answers at once. That a provider fails says nothing about the session. */
function withKey<Key, Result>(ask: () => Key | Promise<Key>, use: (key: Key) => Result): Result | Promise<Result> {
  const key = attempt(ask, unavailable)
  return key instanceof Promise ? key.catch(unavailable).then(use) : use(key)
}

function unavailable(error: unknown): never {
  throw new UnavailableError({ cause: error })
}

function sealWith(key: SealingKey | undefined, context: SealContext, plaintext: Uint8Array): Buffer {
  return key ? seal(key, context, plaintext) : unavailable(new Error('the key provider has no current key'))
}

function openWith(key: SealingKey | undefined, context: SealContext, sealed: Buffer): Buffer {
  if (!key) throw new UnreadablePayload('unknown key')
  return open(key, context, sealed)
}

function decode(serializer: Serializer, plaintext: Uint8Array): Record<string, unknown> {
  // A copy: serializers return bytes as views of what they were given, and changes are told by the plaintext.
  const content = attempt(() => serializer.deserialize(Buffer.from(plaintext)), undecodable)
  return isObject(content) && isObject(content.cookie) ? content : undecodable()
}

function undecodable(): never {
  throw new UnreadablePayload('not decodable')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

// Text would be counted in characters and stored cut off.
function checkedBytes(bytes: unknown): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes
  throw new InvalidOptionsError('serializer.serialize must return bytes, such as a Buffer, and at once')
}

function attempt<Result>(run: () => Result, fail: (error: unknown) => never): Result {
  try {
    return run()
  } catch (error) {
    return fail(error)
  }
}
