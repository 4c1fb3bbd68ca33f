import { randomBytes } from 'node:crypto'
import { KEY_BYTES, type SealingKey, type WrappedKey } from '../key-provider.ts'

/**
 * A data key. `since` is the date that was wrapped with it, so that the key service vouches for both. A key of a former
 * version has none.
 */
export type DataKey = SealingKey

/** A data key that may seal. */
export type DatedKey = DataKey & { readonly since: number }

/** How far another process's clock may be ahead. */
const CLOCK_SKEW_MS = 60_000

/** Whether a key may seal: a date that the service does not vouch for is that of any writer of the table. */
export function isDated(key: DataKey, row: WrappedKey): key is DatedKey {
  return key.since !== undefined && key.since === row.createdAt
}

/** Whether a date is later than clocks differ. */
export const isAhead = (time: number) => time > Date.now() + CLOCK_SKEW_MS

export function isNewer(one: DatedKey, other: DatedKey): boolean {
  return one.since === other.since ? one.id > other.id : one.since > other.since
}

/** By the dates of the table, in the order on which all processes agree. */
export function newestFirst(rows: readonly WrappedKey[]): WrappedKey[] {
  return rows
    .filter(({ createdAt }) => !isAhead(createdAt))
    .toSorted((one, other) => other.createdAt - one.createdAt || other.id - one.id)
}

/** Bytes of a secret: 64 characters, of which none has a meaning in a URL, a shell or a file of variables. */
const SECRET_BYTES = 48

/** A new secret for the option `secret`. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/** A new key, under a name that says when it was made and that no other has. */
export function newKey(now = new Date()): { id: string; key: string } {
  const id = `${now.toISOString().slice(0, 10)}-${randomBytes(2).toString('hex')}`
  return { id, key: randomBytes(KEY_BYTES).toString('base64') }
}
