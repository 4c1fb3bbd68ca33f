import type { SessionDatabase } from '../database/contract/session-database.ts'
import { keysTableOf } from '../database/sql/session-keys.ts'
import { InvalidOptionsError } from '../errors.ts'
import type { AttachedKeys, KeyProvider } from '../keys/key-provider.ts'
import { RefreshedKeys } from '../keys/refreshed-keys.ts'
import type { SessionEventEmitter } from './core/events.ts'

/**
 * Checks that the storage can keep keys, and that their table exists.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS` for a storage without `keys`, and `FST_STORED_SESSION_MISSING_TABLE`
 */
export async function checkKeyTable(database: SessionDatabase): Promise<void> {
  if (database.keys) return database.keys.check()
  throw new InvalidOptionsError(
    `keys cannot be envelopeKeys with a storage that has no "keys"; implement "keys" of the type SessionDatabase, for a table such as ${keysTableOf(database.table)}`,
  )
}

/**
 * The key provider for this store. A provider that keeps its keys in a table next to the sessions gets that table, and
 * the store closes the provider. A provider with `refresh` is asked for new keys.
 */
export function attachKeys(
  keys: KeyProvider,
  database: SessionDatabase,
  namespace: string,
  events: SessionEventEmitter,
): AttachedKeys {
  if (!keys.attach || !database.keys) return closedBy(async () => {}, refreshed(keys))
  const attached = keys.attach({
    ...database.keys,
    namespace,
    onFailure: (error) => events.emit('backgroundError', { work: 'key rotation', error }),
    onMisdated: (keyId, since) => events.emit('misdatedKey', { keyId, since }),
    onSlow: (call, ms) => events.emit('slowKeyService', { call, ms }),
  })
  return closedBy(() => attached.close(), refreshed(attached))
}

function refreshed(keys: KeyProvider): KeyProvider {
  return keys.refresh ? new RefreshedKeys(keys, keys.refresh.bind(keys)) : keys
}

function closedBy(close: () => Promise<void>, keys: KeyProvider): AttachedKeys {
  return {
    current: () => keys.current(),
    find: (id) => keys.find(id),
    ...(keys.describe && { describe: () => keys.describe!() }),
    close,
  }
}
