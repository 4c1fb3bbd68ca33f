import { hash } from 'node:crypto'
import { type KeyProvider, staticKeys } from '../../src/index.ts'

/** The keys of all processes, which are replaced in three steps, again and again. */
export class KeyRings {
  #current = 1
  #hasRetired = false

  /** Whether the key of before opens payloads still. */
  get hasRetired(): boolean {
    return this.#hasRetired
  }

  ring(): KeyProvider {
    const retired = this.#hasRetired ? [this.#current - 1] : []
    return staticKeys([this.#current, ...retired].map((id) => ({ id, key: hash('sha256', `key ${id}`, 'buffer') })))
  }

  /** A new key seals from now on. */
  renew(): void {
    this.#current++
    this.#hasRetired = true
  }

  /** The key of before is gone. */
  remove(): void {
    this.#hasRetired = false
  }
}
