import { InvalidKeyError } from '../errors.ts'
import type { KeyDescription, KeyProvider, SealingKey } from './key-provider.ts'

/**
 * A provider of keys that are all known from the start.
 *
 * @param current - the key that seals
 * @param others - keys that only open
 * @throws `FST_STORED_SESSION_INVALID_KEY` when there is no current key, or two share an id
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

/** The public facts about a key that its provider does not describe itself. */
export function describeKey({ id, isRevoked, since }: SealingKey, isCurrent: boolean): KeyDescription {
  const state = isRevoked ? 'revoked' : isCurrent ? 'current' : 'retired'
  return { id, state, ...(since !== undefined && { since }) }
}
