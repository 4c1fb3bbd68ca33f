import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

const HASH_BYTES = 32
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 }

/** A hash of a password with its salt, to be stored. */
export async function hashOf(password: string): Promise<string> {
  const salt = randomBytes(16)
  return `${salt.toString('base64')}:${(await derive(password, salt)).toString('base64')}`
}

/** Whether a password is the one that was hashed. Takes as long where there is no user, and so no hash. */
export async function isPassword(password: string, hash = ':'): Promise<boolean> {
  const [salt = '', expected = ''] = hash.split(':').map((part) => Buffer.from(part, 'base64'))
  const actual = await derive(password, Buffer.from(salt))
  return expected.length === HASH_BYTES && timingSafeEqual(actual, Buffer.from(expected))
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
