import { createHash, createSecretKey, type KeyObject } from 'node:crypto'
import { InvalidKeyError } from '../errors.ts'

/** A master key. Each write derives its own payload key from it. */
export interface SealingKey {
  /** Unsigned 32-bit number, written in plaintext before every payload that the key seals. */
  readonly id: number
  /** 32 bytes, in a KeyObject so that inspection, JSON and logs do not show them. */
  readonly secret: KeyObject
  /** Payloads of a revoked key are refused, and counted. */
  readonly isRevoked?: boolean
  /** The time from which the key seals, epoch milliseconds. The store warns about an old key. */
  readonly since?: number
}

/**
 * The state of a key. `current` seals and opens. `retired` only opens. `pending` also only opens, so that all processes
 * can learn a key before the first of them seals with it. `revoked` refuses, and the refusals are counted.
 */
export type KeyState = 'current' | 'retired' | 'pending' | 'revoked'

/** The public facts about a key. */
export interface KeyDescription {
  /** Unsigned 32-bit number, as payloads name the key. */
  readonly id: number
  /** The operator's name for it, if it has one. */
  readonly name?: string
  /** What the key may do. */
  readonly state: KeyState
  /** The time from which it seals, epoch milliseconds. */
  readonly since?: number
}

/**
 * The source of master keys, for the option `keys`. Every request calls these methods: answer synchronously where
 * possible, and with a promise only if you must call a service. `keyProviderContract` tests one.
 *
 * @example
 * ```ts
 * const key = sealingKey('2026-11', readFileSync('/run/secrets/session-key'))
 * const keys: KeyProvider = { current: () => key, find: (id) => (id === key.id ? key : undefined) }
 * await app.register(storedSession, { database, secret, keys })
 * ```
 */
export interface KeyProvider {
  /** The key that seals. */
  current(): SealingKey | Promise<SealingKey>
  /**
   * The key with an id, or undefined when it does not exist (any more): then its payloads are unreadable.
   *
   * @param id - unsigned 32-bit number
   */
  find(id: number): SealingKey | undefined | Promise<SealingKey | undefined>
  /**
   * For providers that learn new keys while in use, from a file or a service: looks for them now, so that `find` knows
   * them. Called when a session is sealed with a key that `find` does not know: once for all waiting requests, and at
   * most once a second. A rejection is a 503. While the key stays unknown, its sessions are a 503 for a minute, because
   * the key may still arrive, and then unreadable. Without this method they are unreadable immediately.
   */
  refresh?(): void | Promise<void>
  /** All keys, for operators. Without it, operators see only the keys that seal stored sessions. */
  describe?(): readonly KeyDescription[] | Promise<readonly KeyDescription[]>
  /**
   * For providers that keep their own keys in a table next to the sessions. Every store calls it once, after it opened
   * its database, and gets the provider for that store.
   *
   * @param storage - the table of keys of that store
   */
  attach?(storage: KeyStorage): AttachedKeys
}

/** The keys of one store. The store closes them before its database. */
export interface AttachedKeys extends KeyProvider {
  /** Resolves when the storage is no longer in use, except by requests that still need a key. May be called twice. */
  close(): Promise<void>
}

/** A data key as the database stores it: wrapped by a key service, and useless without that service. */
export interface WrappedKey {
  /** Unsigned 32-bit number. */
  readonly id: number
  /** The data key as the key service wrapped it, at most 65,535 bytes. */
  readonly wrapped: Buffer
  /** When the key was created, epoch milliseconds. */
  readonly createdAt: number
}

/** The storage for a provider that keeps its keys in a table next to the sessions. A rejection is a database fault. */
export interface KeyStorage {
  /** Distinguishes the sessions of this store from the sessions of others. */
  readonly namespace: string
  /** All keys, in any order. */
  read(): Promise<WrappedKey[]>
  /**
   * Stores a key. False when a key with this id already exists, which stays unchanged.
   *
   * @param key - the wrapped key
   */
  insert(key: WrappedKey): Promise<boolean>
  /**
   * Deletes the keys created before a time that seal no session.
   *
   * @param before - epoch milliseconds
   * @returns the number of deleted keys
   */
  deleteUnused(before: number): Promise<number>
  /**
   * Receives the error of background work that failed and will be retried.
   *
   * @param error - the reason
   */
  onFailure(error: Error): void
  /**
   * Receives a key that seals nothing, because its `createdAt` is not the date that was wrapped with it, or because no
   * date was.
   *
   * @param id - the id of the key
   * @param since - the date that was wrapped with the key, epoch milliseconds; undefined without one
   */
  onMisdated?(id: number, since: number | undefined): void
  /**
   * Receives a slow call to the key service while the call is in progress.
   *
   * @param call - the call
   * @param ms - the value of `softTimeout`, in milliseconds
   */
  onSlow(call: 'wrap' | 'unwrap', ms: number): void
}

/** Bytes in a master key. */
export const KEY_BYTES = 32

/**
 * Creates a master key from its bytes, for your own providers.
 *
 * @param id - unsigned 32-bit number, or a name from which one is derived
 * @param material - exactly 32 bytes from a cryptographic source
 * @param facts - whether the key is revoked, and the time from which it seals
 * @returns the key, for `current()` and `find()` of your {@link KeyProvider}
 * @throws `FST_STORED_SESSION_INVALID_KEY` for another length, and if all bytes are the same
 * @example
 * ```ts
 * const key = sealingKey('2026-11', randomBytes(32))
 * ```
 */
export function sealingKey(
  id: number | string,
  material: Uint8Array,
  facts: Pick<SealingKey, 'isRevoked' | 'since'> = {},
): SealingKey {
  const name = shownId(id)
  if (!(material instanceof Uint8Array)) throw new InvalidKeyError(`key ${name} is missing, or is not bytes`)
  if (material.length !== KEY_BYTES) {
    throw new InvalidKeyError(
      `key ${name} has ${material.length} bytes; a key has exactly ${KEY_BYTES}, for example from: openssl rand -base64 32`,
    )
  }
  if (material.every((byte) => byte === material[0])) {
    throw new InvalidKeyError(`key ${name} is one byte repeated; make a random one: openssl rand -base64 32`)
  }
  return { id: typeof id === 'number' ? checkedId(id) : idOfName(id), secret: createSecretKey(material), ...facts }
}

/** Names have at most this many characters, and keys in any notation have more. */
const LONGEST_SHOWN = 24

/** The id of a key for a message. Where id and key were swapped, the id is the key, and must not be shown. */
export function shownId(id: unknown): string {
  if (typeof id === 'number') return String(id)
  return typeof id === 'string' && isShown(id) ? JSON.stringify(id) : 'with an id that is not shown'
}

/** Whether the name of a key may be shown. */
export const isShown = (name: string) => name.length <= LONGEST_SHOWN

function checkedId(id: number): number {
  if (Number.isInteger(id) && id >= 0 && id <= 0xffffffff) return id
  throw new InvalidKeyError(`key id ${id} is not a whole number from 0 to 4294967295`)
}

function idOfName(name: string): number {
  if (typeof name !== 'string' || name === '') {
    throw new InvalidKeyError('a key id is missing or empty; give every key its own id')
  }
  return createHash('sha256').update('stored-session/key-name\0').update(name).digest().readUInt32BE()
}
