import type { StoredEndReason } from '../contract/session-row.ts'

const REASONS: readonly unknown[] = [
  null,
  'revoked',
  'destroyed',
  'evicted',
  'rotating',
  'rotated',
] satisfies (StoredEndReason | null)[]

/**
 * Rows whose reason is one of ours. The column holds text that others may have written, and what is read of it reaches
 * applications and terminals: what we do not know becomes `destroyed`.
 */
export function withKnownReasons<Row extends { readonly endReason: StoredEndReason | null }>(
  rows: readonly Row[],
): Row[] {
  return rows.map((row) => (REASONS.includes(row.endReason) ? row : { ...row, endReason: 'destroyed' }))
}
