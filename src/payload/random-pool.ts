import { randomFillSync } from 'node:crypto'

/** Random bytes of one salt. */
export const SALT_BYTES = 16
/** Salts that are drawn together: asking costs more than what it yields. */
export const POOL_SALTS = 64

const pool = Buffer.alloc(POOL_SALTS * SALT_BYTES)
let used = pool.length

/** Random bytes that nobody had before, good until {@link POOL_SALTS} more were taken. They are no secret. */
export function nextRandom(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += SALT_BYTES
  return pool.subarray(used - SALT_BYTES, used)
}
