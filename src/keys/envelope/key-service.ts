import { randomBytes, randomFillSync, timingSafeEqual } from 'node:crypto'
import { InvalidKeyError } from '../../errors.ts'
import { KEY_BYTES, type KeyStorage, sealingKey, type WrappedKey } from '../key-provider.ts'
import type { DataKey, DatedKey } from './dated-keys.ts'

/** The context or additional data to which a key service binds a wrapped key: unwrapping fails with any other. */
export interface KeyContext {
  /** The id of the data key, unsigned 32-bit number. */
  readonly keyId: number
  /** The value of the option `namespace`. */
  readonly namespace: string
}

/** The two calls to a key service. The signal aborts when the time limit has passed. */
export interface KeyCalls {
  /**
   * Encrypts 40 bytes, 32 of key and 8 of its creation date, with authentication so that they cannot be changed: as
   * AES-GCM or a KMS does.
   *
   * @param key - the 40 bytes, which are overwritten with zeros after the call
   * @param context - what the service should bind the key to
   * @param signal - aborts when the time limit has passed
   * @returns 1 to 65,535 bytes
   */
  wrap(key: Buffer, context: KeyContext, signal: AbortSignal): Promise<Uint8Array>
  /**
   * Decrypts the result of `wrap`, or fails. Keys of earlier versions give 32 bytes, because they had no date.
   *
   * @param wrapped - the result of `wrap`
   * @param context - the same as for `wrap`
   * @param signal - aborts when the time limit has passed
   * @returns the bytes that `wrap` was given
   */
  unwrap(wrapped: Buffer, context: KeyContext, signal: AbortSignal): Promise<Uint8Array>
}

/** The time limits of a call, in milliseconds. */
interface CallLimits {
  readonly softTimeout: number
  readonly hardTimeout: number
}

/** Bytes of the date after a key: epoch milliseconds, big endian. */
const DATE_BYTES = 8
/** The maximum that the column holds on every database, in bytes. */
const LONGEST_WRAPPED = 65_535

/** The key service with time limits. It also checks the answers. */
export class KeyService {
  readonly #calls: KeyCalls
  readonly #limits: CallLimits
  readonly #storage: Pick<KeyStorage, 'namespace' | 'onSlow'>
  readonly #underWay = new Set<(reason: string) => void>()

  constructor(calls: KeyCalls, limits: CallLimits, storage: Pick<KeyStorage, 'namespace' | 'onSlow'>) {
    this.#calls = calls
    this.#limits = limits
    this.#storage = storage
  }

  /** Creates a data key, and checks that the service can unwrap it before anything is sealed with it. */
  async make(createdAt: number): Promise<{ key: DatedKey; row: WrappedKey }> {
    const material = datedMaterial(createdAt)
    try {
      const id = randomBytes(4).readUInt32BE()
      const row = { id, createdAt, wrapped: await this.#wrap(id, material) }
      const back = await this.#unwrap(row)
      if (back.length !== material.length || !timingSafeEqual(back, material)) {
        throw new InvalidKeyError('unwrap does not return the bytes that wrap was given')
      }
      return { key: { ...dataKey(row, material), since: createdAt }, row }
    } finally {
      material.fill(0)
    }
  }

  /** @throws when the service does not answer, refuses, or answers with anything but a key */
  async unwrap(row: WrappedKey): Promise<DataKey> {
    return dataKey(row, await this.#unwrap(row))
  }

  /** Aborts the calls that are still in progress after this time. */
  endWithin(ms: number): void {
    setTimeout(() => {
      for (const fail of this.#underWay) fail('the store is closing')
    }, ms).unref()
  }

  async #wrap(id: number, material: Buffer): Promise<Buffer> {
    const answer = await this.#call('wrap', (signal) => this.#calls.wrap(material, this.#contextOf(id), signal))
    if (!(answer instanceof Uint8Array) || answer.length === 0 || answer.length > LONGEST_WRAPPED) {
      throw new InvalidKeyError(`wrap must return 1 to ${LONGEST_WRAPPED} bytes, such as a Buffer`)
    }
    const wrapped = Buffer.from(answer)
    if (wrapped.includes(material.subarray(0, KEY_BYTES)))
      throw new InvalidKeyError('wrap returned the key as it is, not encrypted')
    return wrapped
  }

  async #unwrap({ id, wrapped }: WrappedKey): Promise<Uint8Array> {
    const answer = await this.#call('unwrap', (signal) => this.#calls.unwrap(wrapped, this.#contextOf(id), signal))
    if (answer instanceof Uint8Array) return answer
    throw new InvalidKeyError('unwrap must return bytes, such as a Buffer')
  }

  #contextOf(keyId: number): KeyContext {
    return { keyId, namespace: this.#storage.namespace }
  }

  async #call<Result>(name: keyof KeyCalls, run: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const { softTimeout, hardTimeout } = this.#limits
    const controller = new AbortController()
    const slow = setTimeout(() => this.#storage.onSlow(name, softTimeout), softTimeout)
    let fail!: (reason: string) => void
    const late = new Promise<never>((_, reject) => {
      fail = (reason) => {
        reject(new Error(reason))
        controller.abort()
      }
    })
    const end = setTimeout(fail, hardTimeout, `no answer within ${hardTimeout} ms`)
    this.#underWay.add(fail)
    try {
      return await Promise.race([run(controller.signal), late])
    } catch (error) {
      throw withoutKeys(name, error)
    } finally {
      this.#underWay.delete(fail)
      clearTimeout(slow)
      clearTimeout(end)
    }
  }
}

function datedMaterial(createdAt: number): Buffer {
  const material = Buffer.alloc(KEY_BYTES + DATE_BYTES)
  randomFillSync(material, 0, KEY_BYTES)
  material.writeBigUInt64BE(BigInt(createdAt), KEY_BYTES)
  return material
}

function dataKey({ id }: WrappedKey, answer: Uint8Array): DataKey {
  const material = Buffer.from(answer.buffer, answer.byteOffset, answer.length)
  if (material.length === KEY_BYTES) return sealingKey(id, material)
  if (material.length !== KEY_BYTES + DATE_BYTES) {
    throw new InvalidKeyError(
      `unwrap returned ${material.length} bytes for key ${id}; it must return the ${KEY_BYTES + DATE_BYTES} that wrap was given`,
    )
  }
  const since = Number(material.readBigUInt64BE(KEY_BYTES))
  return sealingKey(id, material.subarray(0, KEY_BYTES), { since })
}

/**
 * A client's error, safe to show to an operator. Clients attach their request and parsers quote the answer, and both
 * contain the key. So quoted text is removed, and so are long runs of base64 or hexadecimal characters.
 */
function withoutKeys(name: keyof KeyCalls, error: unknown): Error {
  const { message, code } = (error ?? {}) as Error & { code?: unknown }
  const plain = String(message || code || 'no reason given')
    .replaceAll(/'[^']*'|"[^"]*"|`[^`]*`/g, '…')
    .replaceAll(/[A-Za-z0-9+/_=-]*\d[A-Za-z0-9+/_=-]*/g, (run) => (run.length < 12 ? run : '…'))
    .replaceAll(/[A-Za-z0-9+/_=-]{20,}/g, '…')
  const fault = new Error(`the key service failed to ${name}: ${plain}`)
  return Object.assign(fault, typeof code === 'string' && code.length <= 48 ? { code } : {})
}
