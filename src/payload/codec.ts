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
    serialize: (content) => serializer.serialize(content),
    deserialize: (plaintext) => decode(serializer, plaintext),
    seal(sid, createdAt, plaintext) {
      const context = { namespace, sid, createdAt }
      const key = keys.current()
      return key instanceof Promise
        ? key.then((found) => seal(found, context, plaintext))
        : seal(key, context, plaintext)
    },
    open(sid, createdAt, sealed) {
      const context = { namespace, sid, createdAt }
      const key = keys.find(keyIdOf(sealed))
      return key instanceof Promise
        ? key.then((found) => openWith(found, context, sealed))
        : openWith(key, context, sealed)
    },
  }
}

function openWith(key: SealingKey | undefined, context: SealContext, sealed: Buffer): Buffer {
  if (!key) throw new UnreadablePayload('unknown key')
  return open(key, context, sealed)
}

function decode(serializer: Serializer, plaintext: Uint8Array): Record<string, unknown> {
  const content = attempt(() => serializer.deserialize(Buffer.from(plaintext)))
  if (typeof content !== 'object' || content === null) throw new UnreadablePayload('not decodable')
  return content
}

function attempt<Result>(run: () => Result): Result {
  try {
    return run()
  } catch {
    throw new UnreadablePayload('not decodable')
  }
}
