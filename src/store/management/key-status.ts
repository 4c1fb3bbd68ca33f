import type { KeyDescription, KeyState } from '../../keys/key-provider.ts'
import { describeKey } from '../../keys/key-ring.ts'
import type { StoreCore } from '../core/core.ts'
import { eventsByKey, sessionsByKey } from './sessions-by-key.ts'

/** A key, and how many sessions it has sealed. */
export interface KeyStatus {
  /** Its id; null for rows that are not sealed. */
  id: number | null
  /** The name that the operator gave the key, if any. */
  name: string | undefined
  /** `unknown`: the key provider has no such key, so its sessions are unreadable. `unsealed`: rows without a key. */
  state: KeyState | 'unknown' | 'unsealed'
  /** Since when the key seals, if known. */
  since: Date | undefined
  /** Sessions that the key has sealed and that have not ended. */
  rows: number
  /** Events of the history that the key has sealed; absent without the option `history`. */
  events?: number
}

/** All keys of the provider, the current key first, and all other keys that sessions name. */
export async function keyStatus(core: StoreCore): Promise<KeyStatus[]> {
  const { keys, database } = core
  const events = await eventsByKey(core)
  const used = (await sessionsByKey(database, keys)).filter(({ rows }) => rows > 0)
  const counts = new Map(used.map(({ keyId, rows }) => [keyId, rows]))
  const known = await knownKeys(keys)
  const others = [...new Set([...counts.keys(), ...(events?.keys() ?? [])])].filter((id) =>
    known.every((key) => key.id !== id),
  )
  const found = await Promise.all(others.map((id) => otherKey(keys, id)))
  return [...known.map(statusOf), ...found].map((status) => {
    const rows = counts.get(status.id) ?? 0
    return events ? { ...status, rows, events: events.get(status.id) ?? 0 } : { ...status, rows }
  })
}

/** The keys of the provider, the current key first, without counting rows. */
export async function keyAges({ keys }: StoreCore): Promise<KeyAge[]> {
  return (await knownKeys(keys)).map(statusOf)
}

type Keys = StoreCore['keys']
/** A key, without its sessions. */
export type KeyAge = Omit<KeyStatus, 'rows' | 'events'>

async function knownKeys(keys: Keys): Promise<readonly KeyDescription[]> {
  // Asked first, because a provider may create its first key when it is asked for the current key.
  const current = describeKey(await keys.current(), true)
  const described = (await keys.describe?.()) ?? []
  const isFirst = ({ state }: KeyDescription) => state === 'current'
  return described.length === 0
    ? [current]
    : [...described.filter(isFirst), ...described.filter((key) => !isFirst(key))]
}

async function otherKey(keys: Keys, id: number | null): Promise<KeyAge> {
  if (id === null) return { id, name: undefined, state: 'unsealed', since: undefined }
  // A provider that may still receive this key rejects the request.
  const key = await Promise.resolve(id)
    .then((keyId) => keys.find(keyId))
    .catch(() => undefined)
  return key ? statusOf(describeKey(key, false)) : { id, name: undefined, state: 'unknown', since: undefined }
}

function statusOf({ id, name, state, since }: KeyDescription): KeyAge {
  return { id, name, state, since: since === undefined ? undefined : new Date(since) }
}

const DAY_MS = 86_400_000

/** Emits an event when the current key has been sealing for too long. A failing provider must not stop the start. */
export async function warnOfOldKey(core: StoreCore, most: number | false): Promise<void> {
  if (most === false) return
  const { since } = (await currentKey(core)) ?? {}
  if (since !== undefined && Date.now() - since > most) {
    core.events.emit('keyAge', { days: Math.floor((Date.now() - since) / DAY_MS) })
  }
}

// A failure may be ignored here, because it also fails the next save, and the next start checks again.
async function currentKey({ keys }: StoreCore) {
  try {
    return await keys.current()
  } catch {
    return undefined
  }
}
