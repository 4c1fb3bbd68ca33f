import { hash, randomBytes, randomFillSync } from 'node:crypto'

/** Random bytes in a session id: 192 bits, where OWASP asks for 64 or more. Written as 32 characters of base64url. */
const ID_BYTES = 24

/** Characters that an id may have at most: a longer one is nobody's, and is not even hashed. */
const LONGEST_ID = 512

/** What every id generator in use yields: visible ASCII, so that nothing else ever reaches the database. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/

/** A new session id. */
export function newSessionId(): string {
  return randomBytes(ID_BYTES).toString('base64url')
}

/**
 * The sid of a session id: its SHA-256, 32 bytes. Ids are random, so a plain hash cannot be reversed by guessing.
 */
export function sidOf(id: string): Buffer {
  return hash('sha256', id, 'buffer')
}

/**
 * What the cookie adds to the keys of its session's payload, 32 bytes: like the sid a hash of the id, but one that is
 * stored nowhere.
 */
export function shareOf(id: string): Buffer {
  return hash('sha256', `stored-session/share\0${id}`, 'buffer')
}

/** Whether this can be a session id at all. */
export function isWellFormedId(id: unknown): id is string {
  return typeof id === 'string' && id.length <= LONGEST_ID && VISIBLE_ASCII.test(id)
}

/** A sid as people read it: `2::` and 64 hexadecimal digits, as the Ruby stores write it. */
export function formatSid(sid: Buffer): string {
  return `2::${sid.toString('hex')}`
}

/** The sid that {@link formatSid} wrote, or undefined. */
export function parseSid(text: unknown): Buffer | undefined {
  return typeof text === 'string' && /^2::[0-9a-f]{64}$/.test(text) ? Buffer.from(text.slice(3), 'hex') : undefined
}

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
