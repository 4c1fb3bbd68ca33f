import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { derivedKeys, type KeyProvider, sealingKey, staticKeys } from '../../src/index.ts'
import { keyRing } from '../../src/keys/key-ring.ts'

const secret = 'correct horse battery staple, thirty-two and more'
const former = 'a former secret that is just as long as it has to be'

function assertRefused(run: () => unknown, message: RegExp): void {
  assert.throws(run, (error: Error & { code: string; statusCode: number }) => {
    assert.equal(error.code, 'FST_STORED_SESSION_INVALID_KEY', String(error))
    assert.equal(error.statusCode, 500)
    assert.match(error.message, message)
    return true
  })
}

async function currentOf(provider: KeyProvider): Promise<{ id: number; bytes: Buffer }> {
  const { id, secret } = await provider.current()
  return { id, bytes: secret.export() }
}

describe('sealingKey', () => {
  test('takes 32 bytes and keeps a copy of them', () => {
    const material = randomBytes(32)
    const expected = Buffer.from(material)
    const { secret } = sealingKey(1, material)
    material.fill(0)
    assert.deepEqual(secret.export(), expected)
  })

  test('refuses every other length', () => {
    for (const length of [0, 1, 16, 31, 33, 64]) {
      assertRefused(
        () => sealingKey('a', randomBytes(length)),
        new RegExp(`^stored-session: key "a" has ${length} bytes`),
      )
    }
  })

  test('refuses one byte repeated', () => {
    assertRefused(() => sealingKey(1, Buffer.alloc(32)), /key 1 is one byte repeated/)
    assertRefused(() => sealingKey(1, Buffer.alloc(32, 0xff)), /key 1 is one byte repeated/)
  })

  test('refuses what is no bytes', () => {
    for (const material of [undefined, null, 'x'.repeat(32), Array.from({ length: 32 }, (_, n) => n), 32]) {
      assertRefused(() => sealingKey('a', material as never), /key "a" is missing, or is not bytes/)
    }
  })

  test('refuses ids that are no unsigned 32-bit number and no name', () => {
    for (const id of [-1, 0.5, 2 ** 32, Number.NaN]) {
      assertRefused(() => sealingKey(id, randomBytes(32)), /is not a whole number from 0 to 4294967295/)
    }
    for (const id of ['', undefined, null, 1n]) {
      assertRefused(() => sealingKey(id as never, randomBytes(32)), /a key id is missing or empty/)
    }
  })

  test('makes one number of one name, and other numbers of others', () => {
    const idOf = (name: string) => sealingKey(name, randomBytes(32)).id
    assert.equal(idOf('2026-11'), idOf('2026-11'))
    assert.notEqual(idOf('2026-11'), idOf('2026-12'))
    assert.notEqual(idOf('1'), 1)
  })
})

describe('keyRing', () => {
  test('seals with the first and finds all', async () => {
    const keys = [1, 2, 3].map((id) => sealingKey(id, randomBytes(32)))
    const ring = keyRing(keys[0], keys.slice(1))
    assert.equal(await ring.current(), keys[0])
    for (const key of keys) assert.equal(await ring.find(key.id), key)
    assert.equal(await ring.find(4), undefined)
  })

  test('refuses to have no key, and two of one id', () => {
    assertRefused(() => keyRing(undefined), /no key has the state current/)
    assertRefused(
      () => keyRing(sealingKey(1, randomBytes(32)), [sealingKey(1, randomBytes(32))]),
      /two keys have the same id/,
    )
  })
})

describe('staticKeys', () => {
  test('takes bytes and base64, in both of its alphabets, padded or not', async () => {
    const material = Buffer.from(Array.from({ length: 32 }, (_, n) => 255 - n))
    const texts = [material.toString('base64'), material.toString('base64url'), `${material.toString('base64url')}=`]
    for (const key of [material, ...texts]) {
      assert.deepEqual(await currentOf(staticKeys([{ id: 'a', key }])), {
        id: sealingKey('a', material).id,
        bytes: material,
      })
    }
  })

  test('refuses text that is no base64, and base64 of another length', () => {
    for (const key of ['', 'with a blank', 'umlaut-ä', '====', 'x'.repeat(42).concat('!')]) {
      assertRefused(() => staticKeys([{ id: 'a', key }]), /key "a" is not base64/)
    }
    assertRefused(() => staticKeys([{ id: 'a', key: randomBytes(16).toString('base64') }]), /key "a" has 16 bytes/)
    assertRefused(() => staticKeys([{ id: 'a', key: randomBytes(32).toString('hex') }]), /key "a" has 48 bytes/)
  })

  test('refuses a key that is not there, such as that of an unset variable', () => {
    assertRefused(() => staticKeys([{ id: 'a', key: undefined as never }]), /key "a" is missing/)
  })

  test('refuses to have none, two of one id, and one key under two ids', () => {
    const [one, other] = [randomBytes(32), randomBytes(32)]
    assertRefused(() => staticKeys([]), /no key has the state current/)
    assertRefused(
      () =>
        staticKeys([
          { id: 'a', key: one },
          { id: 'a', key: other },
        ]),
      /two keys have the same id/,
    )
    assertRefused(
      () =>
        staticKeys([
          { id: 'a', key: one },
          { id: 'b', key: one.toString('base64') },
        ]),
      /two keys have the same bytes/,
    )
  })
})

describe('derivedKeys', () => {
  test('derives the same key from the same secret, and nothing of it from another', async () => {
    const one = await currentOf(derivedKeys(secret))
    assert.deepEqual(await currentOf(derivedKeys([secret])), one)
    const other = await currentOf(derivedKeys(former))
    assert.notEqual(other.id, one.id)
    assert.notDeepEqual(other.bytes, one.bytes)
    assert.equal(one.bytes.length, 32)
  })

  test('seals with the first secret and opens with all', async () => {
    const { id } = await currentOf(derivedKeys(former))
    const provider = derivedKeys([secret, former])
    assert.deepEqual(await currentOf(provider), await currentOf(derivedKeys(secret)))
    assert.equal((await provider.find(id))?.id, id)
  })

  test('refuses short, missing, repeated and no secrets', () => {
    assertRefused(() => derivedKeys('x'.repeat(31)), /secret 1 is shorter than 32 characters/)
    assertRefused(() => derivedKeys([secret, 'short']), /secret 2 is shorter than 32 characters/)
    for (const missing of [undefined, null, [undefined], 32, {}]) {
      assertRefused(() => derivedKeys(missing as never), /secret 1 is shorter than 32 characters/)
    }
    assertRefused(() => derivedKeys([secret, secret]), /the same id or the same bytes/)
    assertRefused(() => derivedKeys([]), /no key has the state current/)
  })
})
