import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { staticKeys } from '../../src/index.ts'
import { UnreadablePayload } from '../../src/payload/sealed-payload.ts'
import { codecOf } from '../payload/codecs.ts'
import { namedKey, namedKeyId } from './named-key.ts'

const place = { sid: randomBytes(32), createdAt: 1_763_636_955_123 }
const plaintext = Buffer.from('the content of a session')

/** The name of the key that seals. */
const currentId = async (keys: Parameters<typeof staticKeys>[0]) => (await staticKeys(keys).current()).id

const sealedBy = (name: string) => codecOf(staticKeys([namedKey(name)]), 'web').seal(place, plaintext) as Buffer

function refused(run: () => unknown, message: RegExp): void {
  assert.throws(run, (error: { code?: string; message: string }) => {
    assert.equal(error.code, 'FST_STORED_SESSION_INVALID_KEY')
    assert.match(error.message, message)
    return true
  })
}

describe('the state of a key', () => {
  test('is current for the first without one, and retired for those behind it', async () => {
    const keys = ['new', 'old', 'older'].map((name) => namedKey(name))
    assert.equal(await currentId(keys), namedKeyId('new'))
    const codec = codecOf(staticKeys(keys), 'web')
    for (const { id } of keys) assert.deepEqual(codec.open(place, sealedBy(String(id))), plaintext)
  })

  test('makes a key seal that says it is current, wherever it stands', async () => {
    assert.equal(await currentId([namedKey('a'), namedKey('b'), namedKey('c', 'current')]), namedKeyId('c'))
    assert.equal(await currentId([namedKey('a', 'pending'), namedKey('b', 'retired'), namedKey('c')]), namedKeyId('c'))
  })

  test('lets pending and retired keys open, and never seal', async () => {
    const codec = codecOf(
      staticKeys([namedKey('next', 'pending'), namedKey('now'), namedKey('past', 'retired')]),
      'web',
    )
    for (const name of ['next', 'now', 'past']) assert.deepEqual(codec.open(place, sealedBy(name)), plaintext)
    for (let round = 0; round < 10; round++) {
      assert.equal(((await codec.seal(place, plaintext)) as Buffer).readUInt32BE(1), namedKeyId('now'))
    }
  })

  test('makes a revoked key refuse what it sealed, for a reason of its own', () => {
    const codec = codecOf(staticKeys([namedKey('now'), namedKey('leaked', 'revoked')]), 'web')
    const reasonOf = (name: string) => {
      try {
        codec.open(place, sealedBy(name))
        return undefined
      } catch (error) {
        return (error as UnreadablePayload).reason
      }
    }
    assert.equal(reasonOf('leaked'), 'revoked key')
    assert.equal(reasonOf('unheard of'), 'unknown key')
    assert.throws(() => codec.open(place, sealedBy('leaked')), UnreadablePayload)
  })

  test('must leave exactly one key that seals', () => {
    refused(
      () => staticKeys([namedKey('a', 'current'), namedKey('b', 'current')]),
      /several keys have the state current/,
    )
    for (const state of ['retired', 'pending', 'revoked'] as const) {
      refused(() => staticKeys([namedKey('a', state)]), /no key has the state current/)
    }
  })

  test('must be one of the four', () => {
    for (const state of ['Current', 'active', '', null, 1, {}]) {
      refused(
        () => staticKeys([{ ...namedKey('a'), state: state as never }]),
        /the state of key "a" must be current, retired/,
      )
    }
  })
})

describe('the date since when a key seals', () => {
  test('is a Date, milliseconds, or text', async () => {
    const time = Date.parse('2026-11-01T00:00:00Z')
    for (const since of [new Date(time), time, '2026-11-01', '2026-11-01T01:00:00+01:00']) {
      assert.equal((await staticKeys([{ ...namedKey('a'), since }]).current()).since, time)
    }
    assert.equal((await staticKeys([namedKey('a')]).current()).since, undefined)
  })

  test('is refused when it cannot be read', () => {
    for (const since of ['last spring', new Date(Number.NaN), Number.NaN, null, true, {}, Symbol('since')]) {
      refused(
        () => staticKeys([{ ...namedKey('a'), since: since as never }]),
        /the date "since" of key "a" cannot be read/,
      )
    }
  })
})

describe('what an operator mixes up', () => {
  const material = randomBytes(32).toString('base64')

  test('shows no key in a message, also where it stands in place of the id', () => {
    for (const key of ['2026-11', material.slice(1), undefined, Buffer.alloc(5)]) {
      assert.throws(
        () => staticKeys([{ id: material, key: key as never }]),
        (error: { code?: string; message: string }) =>
          error.code === 'FST_STORED_SESSION_INVALID_KEY' && !error.message.includes(material.slice(0, 12)),
      )
    }
  })

  test('is refused by a typed error, whatever stands in the list', () => {
    for (const entry of [null, undefined, 1, 'a:b', Symbol('key'), () => {}]) {
      refused(() => staticKeys([entry as never]), /an entry of the list of keys is empty/)
    }
    for (const list of [undefined, null, {}, 'keys', 5]) refused(() => staticKeys(list as never), /must be a list/)
    for (const id of [undefined, null, '', {}, Symbol('id'), 1n, Object.create(null), []]) {
      refused(() => staticKeys([{ ...namedKey('a'), id: id as never }]), /a key id is missing or empty/)
    }
  })
})
