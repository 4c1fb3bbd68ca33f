import { randomBytes } from 'node:crypto'
import { KEY_BYTES, type SealingKey, type WrappedKey } from '../key-provider.ts'

/**
 * A data key. `since` is the date that was wrapped with the key, so the key service authenticates both. A key of an
 * earlier version has no date.
 */
export type DataKey = SealingKey

/** A data key that may seal. */
export type DatedKey = DataKey & { readonly since: number }

/** The maximum by which another process's clock may be ahead. */
const CLOCK_SKEW_MS = 60_000

/** Whether a key may seal: any writer of the table can set a date that the service did not authenticate. */
export function isDated(key: DataKey, row: WrappedKey): key is DatedKey {
  return key.since !== undefined && key.since === row.createdAt
}

/** Whether a date is in the future by more than the clocks may differ. */
export const isAhead = (time: number) => time > Date.now() + CLOCK_SKEW_MS

export function isNewer(one: DatedKey, other: DatedKey): boolean {
  return one.since === other.since ? one.id > other.id : one.since > other.since
}

/** Sorts by the dates of the table, in the order on which all processes agree. */
export function newestFirst(rows: readonly WrappedKey[]): WrappedKey[] {
  return rows
    .filter(({ createdAt }) => !isAhead(createdAt))
    .toSorted((one, other) => other.createdAt - one.createdAt || other.id - one.id)
}

/** Bytes of a secret: 64 characters, none with a special meaning in a URL, a shell or a file of variables. */
const SECRET_BYTES = 48

/** A new secret for the option `secret`. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/** A new key with a unique name that begins with the date. */
export function newKey(now = new Date()): { id: string; key: string } {
  const id = `${now.toISOString().slice(0, 10)}-${randomBytes(2).toString('hex')}`
  return { id, key: randomBytes(KEY_BYTES).toString('base64') }
}
