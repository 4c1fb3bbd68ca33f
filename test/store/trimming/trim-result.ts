import type { TrimResult } from '../../../src/index.ts'

/** What a round did, without how long it took and what it left. */
export function deedOf({ trimmed, batches, complete }: TrimResult) {
  return { trimmed, batches, complete }
}
