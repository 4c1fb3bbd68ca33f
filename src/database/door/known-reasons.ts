import type { StoredEndReason } from '../contract/session-row.ts'

const REASONS: readonly unknown[] = [
  null,
  'revoked',
  'destroyed',
  'unproven',
  'evicted',
  'reused',
  'rotating',
  'rotated',
] satisfies (StoredEndReason | null)[]

/**
 * Replaces unknown end reasons with `destroyed`. Other programs may write any text into the column, and its values
 * reach applications and terminals.
 */
export function withKnownReasons<Row extends { readonly endReason: StoredEndReason | null }>(
  rows: readonly Row[],
): Row[] {
  return rows.map((row) => (REASONS.includes(row.endReason) ? row : { ...row, endReason: 'destroyed' }))
}
