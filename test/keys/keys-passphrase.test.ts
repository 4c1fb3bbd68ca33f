import assert from 'node:assert/strict'
import { hkdfSync, scryptSync } from 'node:crypto'
import { test } from 'node:test'
import { type Passphrase, passphraseKeys, StoredSessionStore } from '../../src/index.ts'
import { loaded, newSession, save } from '../support/sessions.ts'

const passphrase = 'six words that nobody else has'
const salt = '5f0c0a7be2d94c5e8d6f2a3b4c5d6e7f'
const former = 'the six words of the year before'

const partOf = (stretched: Buffer, purpose: string, bytes: number) =>
  Buffer.from(hkdfSync('sha512', stretched, '', `stored-session/passphrase-${purpose}`, bytes))

function refused(passphrases: unknown, message: RegExp): void {
  assert.throws(
    () => passphraseKeys(passphrases as Passphrase),
    (error: { code?: string; message: string }) => {
      assert.equal(error.code, 'FST_STORED_SESSION_INVALID_KEY')
      assert.match(error.message, message)
      for (const hidden of [passphrase, former, salt]) assert.ok(!error.message.includes(hidden))
      return true
    },
  )
}

test('a key is scrypt of the passphrase with N = 2^17, r = 8, p = 1, and HKDF of that', async () => {
  const stretched = scryptSync(passphrase, salt, 32, { N: 131_072, r: 8, p: 1, maxmem: 2 ** 28 })
  const { id, secret } = await passphraseKeys({ passphrase, salt }).current()
  assert.deepEqual(secret.export(), partOf(stretched, 'master-key', 32))
  assert.equal(id, partOf(stretched, 'key-id', 4).readUInt32BE())
})

test('what needs a key before it is there waits for it, and afterwards nobody waits', async () => {
  const keys = passphraseKeys([
    { passphrase, salt: Buffer.from(salt) },
    { passphrase: former, salt },
  ])
  const asked = keys.current()
  assert.ok(asked instanceof Promise)
  const current = await asked
  assert.equal(keys.current(), current)
  assert.equal(keys.find(current.id), current)
  assert.equal(keys.find(current.id ^ 1), undefined)
})

test('sessions open again in another process, under a passphrase in another Unicode form, and as a former one', async () => {
  const store = new StoredSessionStore({ database: 'sqlite::memory:', keys: passphraseKeys({ passphrase, salt }) })
  await save(store, 'an-id', newSession({ n: 1 }))
  assert.equal((await loaded(store, 'an-id')).n, 1)
  await store.close()
  const idOf = async (one: Passphrase) => (await passphraseKeys(one).current()).id
  const [composed, apart] = ['ünïcödé is a fine word'.normalize('NFC'), 'ünïcödé is a fine word'.normalize('NFD')]
  assert.notEqual(composed, apart)
  assert.equal(await idOf({ passphrase: composed, salt }), await idOf({ passphrase: apart, salt }))
  assert.notEqual(await idOf({ passphrase, salt: `${salt}0` }), await idOf({ passphrase, salt }))
  const rotated = passphraseKeys([
    { passphrase: former, salt },
    { passphrase, salt },
  ])
  const { id } = await passphraseKeys({ passphrase, salt }).current()
  assert.notEqual((await rotated.current()).id, id)
  assert.equal((await rotated.find(id))?.id, id)
})

test('a short passphrase, a missing or short salt, none and doubles are refused at once', () => {
  refused({ passphrase: 'fifteen letters', salt }, /passphrase 1 is shorter than 16 characters/)
  for (const none of [undefined, null, {}, 'text', 7]) refused(none, /passphrase 1 is shorter/)
  refused([{ passphrase, salt }, undefined], /passphrase 2 is shorter/)
  for (const short of [undefined, null, '', 'fifteen letters', Buffer.alloc(15), 16, {}, ['x'.repeat(16)]]) {
    refused({ passphrase, salt: short }, /the salt of passphrase 1 is missing or shorter than 16 bytes/)
  }
  refused([], /the list of passphrases is empty/)
  refused(
    [
      { passphrase, salt },
      { passphrase, salt: Buffer.from(salt) },
    ],
    /two passphrases are the same/,
  )
})
