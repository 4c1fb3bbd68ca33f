import { hkdfSync, scrypt } from 'node:crypto'
import { InvalidKeyError } from '../errors.ts'
import { KEY_BYTES, type KeyProvider, type SealingKey, sealingKey } from './key-provider.ts'
import { keyRing } from './key-ring.ts'

/** One passphrase and its salt. The salt must never change. */
export interface Passphrase {
  /** 16 characters or more: words, not a password. */
  passphrase: string
  /** 16 bytes or more, not secret, one per deployment: from `openssl rand -hex 16`. Text is used as UTF-8. */
  salt: string | Uint8Array
}

/** The first choice of OWASP for scrypt: 128 MiB and about a third of a second, once at start. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }

const LEAST_PASSPHRASE = 16
const LEAST_SALT_BYTES = 16

/**
 * Master keys derived from passphrases by scrypt, in the background. Requests that need a key wait until it is ready.
 *
 * @param passphrases - one, or several with the current one first
 * @returns a provider that answers with a promise until the keys are ready
 * @throws `FST_STORED_SESSION_INVALID_KEY` for a short passphrase and for a missing or short salt
 * @see RFC 7914 (scrypt), and OWASP Password Storage Cheat Sheet, scrypt
 * @example
 * ```ts
 * const keys = passphraseKeys({ passphrase: process.env.SESSION_PASSPHRASE!, salt: process.env.SESSION_SALT! })
 * ```
 */
export function passphraseKeys(passphrases: Passphrase | readonly Passphrase[]): KeyProvider {
  const list: readonly Passphrase[] = Array.isArray(passphrases) ? passphrases : [passphrases]
  list.forEach(check)
  refuseNone(list)
  let ring: KeyProvider | undefined
  const deriving = Promise.all(list.map(derive)).then(([current, ...former]) => {
    ring = keyRing(current, former)
    return ring
  })
  // A caller that needs a key gets the failure. Without a caller yet, the rejection must not end the process.
  deriving.catch(() => {})
  return {
    current: () => ring?.current() ?? deriving.then((made) => made.current()),
    find: (id) => (ring ? ring.find(id) : deriving.then((made) => made.find(id))),
    describe: async () => (await deriving).describe!(),
  }
}

function refuseNone(list: readonly Passphrase[]): void {
  if (list.length === 0) throw new InvalidKeyError('the list of passphrases is empty; add at least one')
  const all = list.map(
    ({ passphrase, salt }) => `${passphrase.normalize('NFKC')}\0${Buffer.from(salt).toString('hex')}`,
  )
  if (new Set(all).size !== all.length) throw new InvalidKeyError('two passphrases are the same; remove the duplicate')
}

function check(given: Passphrase, index: number): void {
  const { passphrase, salt } = given ?? {}
  if (typeof passphrase !== 'string' || passphrase.length < LEAST_PASSPHRASE) {
    throw new InvalidKeyError(`passphrase ${index + 1} is shorter than ${LEAST_PASSPHRASE} characters`)
  }
  const isSalt = typeof salt === 'string' || salt instanceof Uint8Array
  if (!isSalt || Buffer.byteLength(salt) < LEAST_SALT_BYTES) {
    throw new InvalidKeyError(
      `the salt of passphrase ${index + 1} is missing or shorter than ${LEAST_SALT_BYTES} bytes; make one and keep it: openssl rand -hex 16`,
    )
  }
}

async function derive({ passphrase, salt }: Passphrase): Promise<SealingKey> {
  const stretched = await new Promise<Buffer>((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, KEY_BYTES, SCRYPT, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
  const part = (purpose: string, bytes: number) =>
    Buffer.from(hkdfSync('sha512', stretched, '', `stored-session/passphrase-${purpose}`, bytes))
  return sealingKey(part('key-id', 4).readUInt32BE(), part('master-key', KEY_BYTES))
}
