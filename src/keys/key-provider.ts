import { createHash, createSecretKey, type KeyObject } from 'node:crypto'
import { InvalidKeyError } from '../errors.ts'

/** A master key. Payload keys are derived from it, one for every write. */
export interface SealingKey {
  /** Unsigned 32-bit number, written in plaintext before every payload that the key seals. */
  readonly id: number
  /** 32 bytes, wrapped so that no inspection, JSON or log shows them. */
  readonly secret: KeyObject
  /** Payloads of a revoked key are refused, and counted. */
  readonly isRevoked?: boolean
  /** Since when the key seals, epoch milliseconds, so that an old one can be warned of. */
  readonly since?: number
}

/**
 * What a key may do. `current` seals and opens; `retired` only opens what it sealed; `pending` opens too, so that a whole
 * fleet can learn a key before the first of it seals; `revoked` refuses, and what it refuses is counted.
 */
export type KeyState = 'current' | 'retired' | 'pending' | 'revoked'

/** What may be shown of a key. */
export interface KeyDescription {
  readonly id: number
  /** What the operator calls it, where it has a name. */
  readonly name?: string
  readonly state: KeyState
  /** Since when it seals, epoch milliseconds. */
  readonly since?: number
}

/**
 * Where master keys come from. Both methods are on the path of every request: answer at once where you can, and with
 * a promise only if you must call a service.
 */
export interface KeyProvider {
  /** The key that seals. */
  current(): SealingKey | Promise<SealingKey>
  /** The key with this id, or undefined when there is none (any more): its payloads are then unreadable. */
  find(id: number): SealingKey | undefined | Promise<SealingKey | undefined>
  /**
   * For providers that learn of new keys while they are used, from a file or a service: looks for them now, so that
   * `find` knows them. Called when a session is sealed with a key that `find` does not know: once for all who wait, and
   * at most once a second. Rejecting is a 503. While the key stays unknown its sessions are a 503 for a minute, since it
   * may be on its way, and then unreadable. Without this method they are unreadable at once.
   */
  refresh?(): void | Promise<void>
  /** All keys that there are, for operators. Without it they see those alone that sessions are sealed with. */
  describe?(): readonly KeyDescription[] | Promise<readonly KeyDescription[]>
  /**
   * For providers that keep their own keys in a table next to the sessions: called once by every store that opened its database,
   * and answered with the provider for that store.
   */
  attach?(storage: KeyStorage): AttachedKeys
}

/** The keys of one store, which closes them before its database. */
export interface AttachedKeys extends KeyProvider {
  /** Resolves when nothing of the storage is used any more but for who still asks for a key. May be called twice. */
  close(): Promise<void>
}

/** A data key as the database has it: wrapped by a key service, and useless without that. */
export interface WrappedKey {
  /** Unsigned 32-bit number. */
  readonly id: number
  readonly wrapped: Buffer
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** What a store lends to a provider that keeps its keys in a table next to the sessions. Rejections are faults of the database. */
export interface KeyStorage {
  /** What tells the sessions of this store from those of others. */
  readonly namespace: string
  /** All keys, in any order. */
  read(): Promise<WrappedKey[]>
  /** False when there is a key with this id already; it is left as it is. */
  insert(key: WrappedKey): Promise<boolean>
  /** Deletes the keys from before that no session is sealed with, and says how many. */
  deleteUnused(before: number): Promise<number>
  /** Told of work in the background that failed and is tried again. */
  onFailure(error: Error): void
  /**
   * Told of a key that seals nothing, because its `createdAt` is not the date that was wrapped with it, `since`, or because
   * none was.
   */
  onMisdated?(id: number, since: number | undefined): void
  /** Told of a call to the key service that takes long, while it does. */
  onSlow(call: 'wrap' | 'unwrap', ms: number): void
}

/** Bytes in a master key. */
export const KEY_BYTES = 32

/**
 * Makes a master key from its bytes, for providers of your own.
 *
 * @param id - unsigned 32-bit number, or a name from which one is derived
 * @param material - exactly 32 bytes from a cryptographic source
 * @param facts - whether the key is revoked, and since when it seals
 * @throws `FST_STORED_SESSION_INVALID_KEY` for another length and for bytes that are all alike
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

/** Names are short, and keys in any notation are longer than this. */
const LONGEST_SHOWN = 24

/** The id of a key as a message may show it: where id and key were mixed up, the id is the key. */
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

/**
 * A provider over keys that are all known at once.
 *
 * @param current - the key that seals
 * @param others - keys that only open
 * @throws `FST_STORED_SESSION_INVALID_KEY` when there is no current one, or two share an id
 */
export function keyRing(current: SealingKey | undefined, others: readonly SealingKey[] = []): KeyProvider {
  if (!current) throw new InvalidKeyError('no key has the state current; set it on one key')
  const keys = [current, ...others]
  const byId = new Map(keys.map((key) => [key.id, key]))
  if (byId.size !== keys.length) {
    throw new InvalidKeyError(
      'two keys have the same id or the same bytes; remove the duplicate, or give each its own id',
    )
  }
  const descriptions = keys.map((key) => describeKey(key, key === current))
  return { current: () => current, find: (id) => byId.get(id), describe: () => descriptions }
}

/** What may be shown of a key of which no more is known than its provider says. */
export function describeKey({ id, isRevoked, since }: SealingKey, isCurrent: boolean): KeyDescription {
  const state = isRevoked ? 'revoked' : isCurrent ? 'current' : 'retired'
  return { id, state, ...(since !== undefined && { since }) }
}
