import { types } from 'node:util'
import { Packr } from 'msgpackr'
import { UnstorableError } from '../errors.ts'
import { inside, isTooDeep, TOO_DEEP } from './nesting.ts'
import { checkStorable, jsonRules } from './storable.ts'
import { msgpackRules } from './storable-msgpack.ts'

/**
 * Converts a session's content to bytes and back, for the option `serializer`. It only receives its own bytes, after
 * authentication.
 *
 * @example
 * ```ts
 * const serializer: Serializer = {
 *   serialize: (content) => Buffer.from(JSON.stringify(content)),
 *   deserialize: (bytes) => JSON.parse(bytes.toString()),
 * }
 * await app.register(storedSession, { database, secret, serializer })
 * ```
 */
export interface Serializer {
  /**
   * Converts content to bytes.
   *
   * @param content - the session's own keys, and `cookie` with its lifetime
   * @returns the bytes, at most `maxBytes`
   * @throws `FST_STORED_SESSION_UNSTORABLE` for a value that would not come back equal
   */
  serialize(content: Record<string, unknown>): Uint8Array
  /**
   * Converts bytes back to content.
   *
   * @param bytes - the result of `serialize`
   */
  deserialize(bytes: Buffer): Record<string, unknown>
}

// An object with properties named `constructor` and `toJSON` is an ordinary object.
const packr = new Packr({ structuredClone: true, useToJSON: false })

const msgpack: Serializer = {
  serialize(content) {
    checkStorable(content, msgpackRules)
    return packr.pack(content)
  },
  deserialize(bytes) {
    const content = packr.unpack(bytes)
    if (bytes.includes(ERROR)) dropEmptyCauses(content, new Set())
    return content
  },
}

/** How msgpackr begins an error: a fixext 1 of the type 0x65. Other values may have these bytes too. */
const ERROR = Buffer.from([0xd4, 0x65, 0x00])

// msgpackr 2.1.3 gives every error a cause of its own, undefined where it had none.
function dropEmptyCauses(value: unknown, seen: Set<object>): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return
  seen.add(value)
  if (types.isNativeError(value) && value.cause === undefined) delete value.cause
  for (const child of inside(value)) dropEmptyCauses(child, seen)
}

const json: Serializer = {
  serialize(content) {
    checkStorable(content, jsonRules)
    return Buffer.from(JSON.stringify(content))
  },
  deserialize: (bytes) => JSON.parse(bytes.toString()),
}

const OPENING_BRACE = 0x7b

/** Writes msgpack, and also reads JSON, which alone begins with a brace: for a change from one to the other. */
const hybrid: Serializer = {
  serialize: msgpack.serialize,
  deserialize: (bytes) => (bytes[0] === OPENING_BRACE ? json : msgpack).deserialize(bytes),
}

/** The names that the `serializer` option accepts. */
export const serializers = { msgpack, json, hybrid } as const satisfies Record<string, Serializer>

/** A serializer of the application, which gets no content that is nested too deep to be read again. */
export function limitNesting(serializer: Serializer): Serializer {
  return {
    serialize(content) {
      if (isTooDeep(content)) throw new UnstorableError(deepNameOf(content), TOO_DEEP)
      return serializer.serialize(content)
    },
    deserialize: (bytes) => serializer.deserialize(bytes),
  }
}

const deepNameOf = (content: Record<string, unknown>) =>
  Object.keys(content).find((name) => isTooDeep({ value: content[name] })) ?? ''
