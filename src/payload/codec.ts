import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { InvalidOptionsError, UnstorableError } from '../errors.ts'
import type { KeyProvider } from '../keys/key-provider.ts'
import { type EventCodec, eventCodec } from './event-codec.ts'
import { importedContent } from './imported.ts'
import { attempt, openWith, sealWith, withKey } from './key-use.ts'
import {
  DEFLATED,
  isPointer,
  isSealed,
  keyIdOf,
  PLAIN,
  POINTER,
  type SealContext,
  UnreadablePayload,
} from './sealed-payload.ts'
import type { Serializer } from './serializer.ts'
import { shareOf } from './session-id.ts'

/** The row that a payload belongs to. */
export interface PayloadPlace {
  readonly sid: Buffer
  readonly createdAt: number
  /** The session id, where a request has one. Payloads that are bound to cookies open only with it. */
  readonly id?: string | undefined
  /** The part that the id adds to the keys, {@link shareOf}, for callers without the id. */
  readonly share?: Buffer | undefined
}

/** Converts content to bytes and to a sealed payload, and back. */
export interface Codec extends EventCodec {
  serialize(content: Record<string, unknown>): Uint8Array
  /** @throws {@link UnreadablePayload} */
  deserialize(plaintext: Uint8Array): Record<string, unknown>
  seal(place: PayloadPlace, plaintext: Uint8Array): Buffer | Promise<Buffer>
  /** @throws {@link UnreadablePayload} */
  open(place: PayloadPlace, sealed: Buffer): Buffer | Promise<Buffer>
  /** Seals a pointer to the next id of a session. A pointer never opens as content, nor content as a pointer. */
  sealPointer(place: PayloadPlace, target: Uint8Array): Buffer | Promise<Buffer>
  /** @throws {@link UnreadablePayload} */
  openPointer(place: PayloadPlace, sealed: Buffer): Buffer | Promise<Buffer>
}

/** The settings for a table's payloads. */
export interface CodecSettings {
  readonly keys: KeyProvider
  readonly serializer: Serializer
  /** Distinguishes the payloads of this table from the payloads of another table with the same keys. */
  readonly namespace: string
  /** Whether a payload opens only with its session's cookie. */
  readonly bindToCookie: boolean
  /** Plaintexts with more bytes than this are compressed; false for none. */
  readonly compressAbove: number | false
  /** The maximum size of a plaintext in bytes, also after inflating. */
  readonly maxBytes: number
  /** Whether errors show the whole path of an unstorable value, which may contain content. */
  readonly errorPaths: boolean
  /** Whether to accept bytes that are not sealed: rows that were imported from another store. */
  acceptsUnencrypted(): boolean
}

/** Combines keys, sealing and serializer for one table. */
export function codecFor(settings: CodecSettings): Codec {
  const { keys, serializer } = settings
  return {
    serialize: (content) =>
      checkedBytes(attempt(() => serializer.serialize(content), settings.errorPaths ? showPath : fail)),
    deserialize: (plaintext) => decode(serializer, plaintext),
    seal(place, plaintext) {
      const context = contextOf(place, settings)
      const deflated = compressed(plaintext, settings.compressAbove)
      return withKey(
        () => keys.current(),
        (key) => sealWith(key, context, deflated ?? plaintext, deflated ? DEFLATED : PLAIN),
      )
    },
    open(place, sealed) {
      if (!isSealed(sealed) && settings.acceptsUnencrypted()) {
        return Buffer.from(attempt(() => serializer.serialize(importedContent(sealed)), undecodable))
      }
      const context = contextOf(place, settings)
      const id = keyIdOf(sealed)
      return withKey(
        () => keys.find(id),
        (key) => inflated(openWith(key, context, sealed), sealed[0]!, settings.maxBytes),
      )
    },
    sealPointer(place, target) {
      const context = contextOf(place, settings)
      return withKey(
        () => keys.current(),
        (key) => sealWith(key, context, target, POINTER),
      )
    },
    openPointer(place, sealed) {
      const context = contextOf(place, settings)
      const id = keyIdOf(sealed, isPointer)
      return withKey(
        () => keys.find(id),
        (key) => openWith(key, context, sealed, isPointer),
      )
    },
    ...eventCodec(settings),
  }
}

function contextOf({ sid, createdAt, id, share }: PayloadPlace, settings: CodecSettings): SealContext {
  const { namespace, bindToCookie } = settings
  if (!bindToCookie) return { namespace, sid, createdAt }
  return { namespace, sid, createdAt, share: share ?? (id === undefined ? undefined : shareOf(id)) }
}

function compressed(plaintext: Uint8Array, above: number | false): Buffer | undefined {
  if (above === false || plaintext.length <= above) return undefined
  const deflated = deflateRawSync(plaintext)
  return deflated.length < plaintext.length ? deflated : undefined
}

function inflated(plaintext: Buffer, version: number, maxBytes: number): Buffer {
  if (version === PLAIN) return plaintext
  return attempt(() => inflateRawSync(plaintext, { maxOutputLength: maxBytes }), undecodable)
}

function decode(serializer: Serializer, plaintext: Uint8Array): Record<string, unknown> {
  // A copy: serializers may return views of their input, and changes are detected by the plaintext.
  const content = attempt(() => serializer.deserialize(Buffer.from(plaintext)), undecodable)
  return isObject(content) && isObject(content.cookie) ? content : undecodable()
}

function fail(error: unknown): never {
  throw error
}

function showPath(error: unknown): never {
  if (error instanceof UnstorableError) error.showWholePath()
  throw error
}

function undecodable(): never {
  throw new UnreadablePayload('not decodable')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

// Text would be counted in characters, and so stored truncated.
function checkedBytes(bytes: unknown): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes
  throw new InvalidOptionsError('serializer.serialize must return bytes, such as a Buffer, and at once')
}
