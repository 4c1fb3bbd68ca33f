import { describeKey, type KeyDescription, type KeyState } from '../../keys/key-provider.ts'
import type { StoreCore } from '../core/core.ts'

/** A key, and how many sessions it has sealed. */
export interface KeyStatus {
  /** Its id; null for rows that are not sealed. */
  id: number | null
  /** What the operator calls it, where it has a name. */
  name: string | undefined
  /** `unknown` when the key provider has no such key: its sessions are unreadable. `unsealed` for rows without a key. */
  state: KeyState | 'unknown' | 'unsealed'
  /** Since when it seals, where that is known. */
  since: Date | undefined
  /** Sessions that it has sealed and that have not ended. */
  rows: number
}

/** All keys of the provider, the current one first, and those that sessions name besides. */
export async function keyStatus({ keys, database }: StoreCore): Promise<KeyStatus[]> {
  const used = (await database.countByKey()).filter(({ rows }) => rows > 0)
  const counts = new Map(used.map(({ keyId, rows }) => [keyId, rows]))
  const known = await knownKeys(keys)
  const others = [...counts.keys()].filter((id) => known.every((key) => key.id !== id))
  const found = await Promise.all(others.map((id) => otherKey(keys, id)))
  return [...known.map(statusOf), ...found].map((status) => ({ ...status, rows: counts.get(status.id) ?? 0 }))
}

type Keys = StoreCore['keys']
type Uncounted = Omit<KeyStatus, 'rows'>

async function knownKeys(keys: Keys): Promise<readonly KeyDescription[]> {
  // First, because a provider may make its first key when it is asked for one.
  const current = describeKey(await keys.current(), true)
  const described = (await keys.describe?.()) ?? []
  const isFirst = ({ state }: KeyDescription) => state === 'current'
  return described.length === 0
    ? [current]
    : [...described.filter(isFirst), ...described.filter((key) => !isFirst(key))]
}

async function otherKey(keys: Keys, id: number | null): Promise<Uncounted> {
  if (id === null) return { id, name: undefined, state: 'unsealed', since: undefined }
  // A provider that may learn of it still says so by failing.
  const key = await Promise.resolve(id)
    .then((keyId) => keys.find(keyId))
    .catch(() => undefined)
  return key ? statusOf(describeKey(key, false)) : { id, name: undefined, state: 'unknown', since: undefined }
}

function statusOf({ id, name, state, since }: KeyDescription): Uncounted {
  return { id, name, state, since: since === undefined ? undefined : new Date(since) }
}

const DAY_MS = 86_400_000

/** Raises an event when the current key has been sealing for longer than it should. That a provider is down stops no start. */
export async function warnOfOldKey(core: StoreCore, most: number | false): Promise<void> {
  if (most === false) return
  const { since } = (await currentKey(core)) ?? {}
  if (since !== undefined && Date.now() - since > most) {
    core.events.emit('keyAge', { days: Math.floor((Date.now() - since) / DAY_MS) })
  }
}

// A failure also fails the next save, and the next start checks again.
async function currentKey({ keys }: StoreCore) {
  try {
    return await keys.current()
  } catch {
    return undefined
  }
}
