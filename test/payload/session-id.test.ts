import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { formatSid, isWellFormedId, newSessionId, sidOf } from '../../src/payload/session-id.ts'
import { idGeneratorOf } from '../../src/plugin/id-generator.ts'

const WELL_FORMED = ['a', 'x'.repeat(512), '!', '~', '2::0123', "';drop--", '../../etc', '%00', newSessionId()]

const MALFORMED: unknown[] = [
  '',
  'x'.repeat(513),
  'x'.repeat(100_000),
  'a b',
  ' a',
  'a\n',
  '\ta',
  'a\0',
  '\x7f',
  'ü',
  '🎉',
  '\ud83d',
  undefined,
  null,
  0,
  1,
  true,
  Symbol('id'),
  {},
  [],
  ['abc'],
  { toString: () => 'abc' },
  Buffer.from('abc'),
  Object('abc'),
]

describe('a session id', () => {
  test('is 1 to 512 characters of visible ASCII', () => {
    for (const id of WELL_FORMED) assert.ok(isWellFormedId(id), id)
    for (let code = 0; code < 0x180; code++) {
      assert.equal(isWellFormedId(String.fromCharCode(code)), code > 0x20 && code < 0x7f, `code ${code}`)
    }
  })

  test('is nothing else', () => {
    for (const [index, id] of MALFORMED.entries()) assert.equal(isWellFormedId(id), false, `number ${index}`)
  })

  test('is made of 24 random bytes, well formed, and never twice the same', () => {
    const ids = Array.from({ length: 10_000 }, newSessionId)
    assert.equal(new Set(ids).size, ids.length)
    for (const id of ids) assert.match(id, /^[\w-]{32}$/)
    // Every position takes every character.
    for (let at = 0; at < 32; at++) assert.equal(new Set(ids.map((id) => id[at])).size, 64)
  })
})

describe('a sid', () => {
  test('is the SHA-256 of the id', () => {
    for (const id of WELL_FORMED) assert.deepEqual(sidOf(id), createHash('sha256').update(id).digest())
  })

  test('is written 2:: and 64 hexadecimal digits', () => {
    const expected = '2::ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    assert.equal(formatSid(sidOf('abc')), expected)
  })
})

describe('an id generator of the application', () => {
  test('makes the ids, and is told the request', () => {
    const request = {} as never
    const generate = idGeneratorOf((given) => (given === request ? 'its-own' : 'other'))
    assert.equal(generate(request), 'its-own')
    assert.equal(generate(), 'other')
  })

  test('is refused where it makes what is no id', () => {
    for (const id of MALFORMED) {
      assert.throws(() => idGeneratorOf(() => id as string)(), {
        code: 'FST_STORED_SESSION_INVALID_OPTIONS',
        message: 'stored-session: idGenerator must return a string of 1 to 512 visible ASCII characters',
      })
    }
  })

  test('is not needed', () => {
    assert.ok(isWellFormedId(idGeneratorOf(undefined)()))
  })
})
