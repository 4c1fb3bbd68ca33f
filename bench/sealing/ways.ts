import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
  randomFillSync,
} from 'node:crypto'
import { sealingKey } from '../../src/keys/key-provider.ts'
import { open, seal } from '../../src/payload/sealed-payload.ts'

/** One way to seal a payload and to open it again. */
export interface Way {
  readonly name: string
  seal(plaintext: Buffer): Buffer
  open(sealed: Buffer): Buffer
}

const NONCE_BYTES = 12
const SALT_BYTES = 16
const TAG_BYTES = 16

const secret = createSecretKey(randomBytes(32))
const context = { namespace: 'stored_sessions', sid: randomBytes(32), createdAt: Date.now() }
const key = sealingKey('2026-11', randomBytes(32))

/** As little as can be: one key for all, and 2^32 writes until its random nonces are used up. */
const plain: Way = {
  name: 'AES-256-GCM, random nonce',
  seal(plaintext) {
    const nonce = randomFillSync(Buffer.allocUnsafe(NONCE_BYTES))
    return encrypted(secret, nonce, plaintext, nonce)
  },
  open: (sealed) => decrypted(secret, sealed.subarray(0, NONCE_BYTES), sealed, NONCE_BYTES),
}

/** A key and nonce of each write's own, bound to the row. */
const derived: Way = {
  name: 'AES-256-GCM, key and nonce by one HMAC',
  seal(plaintext) {
    const salt = randomFillSync(Buffer.allocUnsafe(SALT_BYTES))
    const okm = keyAndNonce(salt)
    return encrypted(okm.subarray(0, 32), okm.subarray(32, 44), plaintext, salt)
  },
  open(sealed) {
    const okm = keyAndNonce(sealed.subarray(0, SALT_BYTES))
    return decrypted(okm.subarray(0, 32), okm.subarray(32, 44), sealed, SALT_BYTES)
  },
}

/** The same bound to table and date too, and with a second HMAC that a random source may repeat without harm. */
const ours: Way = {
  name: '**stored-session**',
  seal: (plaintext) => seal(key, context, plaintext),
  open: (sealed) => open(key, context, sealed),
}

export const ways: readonly Way[] = [plain, derived, ours]

function keyAndNonce(salt: Buffer): Buffer {
  return createHmac('sha512', secret).update(salt).update(context.sid).digest()
}

function encrypted(withKey: KeyObject | Buffer, nonce: Buffer, plaintext: Buffer, header: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', withKey, nonce, { authTagLength: TAG_BYTES })
  return Buffer.concat([header, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

function decrypted(withKey: KeyObject | Buffer, nonce: Buffer, sealed: Buffer, headerBytes: number): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', withKey, nonce, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  const plaintext = decipher.update(sealed.subarray(headerBytes, -TAG_BYTES))
  decipher.final()
  return plaintext
}
