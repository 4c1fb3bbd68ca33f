import { hash, randomBytes, randomFillSync } from 'node:crypto'

/** Random bytes in a session id: 192 bits, where OWASP asks for 64 or more. Written as 32 characters of base64url. */
const ID_BYTES = 24

/** The maximum length of an id in characters. A longer one cannot exist, and is not even hashed. */
const LONGEST_ID = 512

/** The characters of all known id generators: visible ASCII. Nothing else ever reaches the database. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/

/** A new session id. */
export function newSessionId(): string {
  return randomBytes(ID_BYTES).toString('base64url')
}

/**
 * The sid of a session id: its SHA-256, 32 bytes. Ids are random, so guessing cannot reverse a plain hash.
 */
export function sidOf(id: string): Buffer {
  return hash('sha256', id, 'buffer')
}

/**
 * What the cookie adds to the keys of its session's payload, 32 bytes. Like the sid, it is a hash of the id, but
 * it is not stored anywhere.
 */
export function shareOf(id: string): Buffer {
  return hash('sha256', `stored-session/share\0${id}`, 'buffer')
}

/** Whether this value can be a session id. */
export function isWellFormedId(id: unknown): id is string {
  return typeof id === 'string' && id.length <= LONGEST_ID && VISIBLE_ASCII.test(id)
}

/** A sid as text: `2::` and 64 hexadecimal digits, as the Ruby stores write it. */
export function formatSid(sid: Buffer): string {
  return `2::${sid.toString('hex')}`
}

/** The sid that {@link formatSid} wrote, or undefined. */
export function parseSid(text: unknown): Buffer | undefined {
  return typeof text === 'string' && /^2::[0-9a-f]{64}$/.test(text) ? Buffer.from(text.slice(3), 'hex') : undefined
}

/** Random bytes of one salt. */
export const SALT_BYTES = 16
/** Salts that are drawn together: a call to the random source costs more than its bytes. */
export const POOL_SALTS = 64

const pool = Buffer.alloc(POOL_SALTS * SALT_BYTES)
let used = pool.length

/** Fresh random bytes, valid until {@link POOL_SALTS} more were drawn. They are not secret. */
export function nextRandom(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += SALT_BYTES
  return pool.subarray(used - SALT_BYTES, used)
}
