import { createHash } from 'node:crypto'
import { type KeyState, type StaticKey, sealingKey } from '../../src/index.ts'

/** The key that belongs to a name, always the same one. */
export function namedKey(name: string, state?: KeyState): StaticKey {
  return { id: name, key: createHash('sha256').update(name).digest(), ...(state && { state }) }
}

/** The number by which rows and payloads name that key. */
export function namedKeyId(name: string): number {
  return sealingKey(name, createHash('sha256').update(name).digest()).id
}
