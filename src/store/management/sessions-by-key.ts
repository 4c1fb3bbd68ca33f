import type { KeyCount, SessionDatabase } from '../../database/contract/session-database.ts'
import type { AttachedKeys } from '../../keys/key-provider.ts'
import type { StoreCore } from '../core/core.ts'
import { ROUND_TRIP_KEY } from '../core/round-trip-rows.ts'

/** The keys that sessions name, with how many sessions name each. Rows of a round trip are not sessions. */
export async function sessionsByKey(database: SessionDatabase, keys: AttachedKeys): Promise<KeyCount[]> {
  const counts = await database.countByKey()
  const isMixed = counts.some(({ keyId }) => keyId === ROUND_TRIP_KEY) && (await has(keys, ROUND_TRIP_KEY))
  return isMixed ? counts : counts.filter(({ keyId }) => keyId !== ROUND_TRIP_KEY)
}

/** The same with the events of the history, which need their keys too. */
export async function rowsByKey(core: StoreCore): Promise<KeyCount[]> {
  const counts = new Map((await sessionsByKey(core.database, core.keys)).map(({ keyId, rows }) => [keyId, rows]))
  for (const [keyId, events] of (await eventsByKey(core)) ?? []) counts.set(keyId, (counts.get(keyId) ?? 0) + events)
  return [...counts].map(([keyId, rows]) => ({ keyId, rows }))
}

/** The number of events that each key has sealed; undefined without a history. */
export async function eventsByKey({ database, history }: StoreCore): Promise<Map<number | null, number> | undefined> {
  if (!history || !database.history) return undefined
  return new Map((await database.history.countByKey()).map(({ keyId, rows }) => [keyId, rows]))
}

// A provider that may still receive this key rejects the request.
const has = async (keys: AttachedKeys, id: number) =>
  (await Promise.resolve(id)
    .then((known) => keys.find(known))
    .catch(() => undefined)) !== undefined
