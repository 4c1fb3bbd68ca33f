import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cleanText, keptUserAgent } from '../../src/metadata/user-agent.ts'

test('a usual header stays as it is', () => {
  const header = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
  assert.equal(keptUserAgent(header), header)
})

test('control characters, line separators and characters that turn the direction are removed', () => {
  assert.equal(
    keptUserAgent('a\0b\r\nc\x1b[31md\x7fe\x9bf\u2028g\u2029h\u202ei\u2066j\u200fk\u061cl'),
    'abc[31mdefghijkl',
  )
})

test('the header is trimmed, and nothing is left of an empty one', () => {
  assert.equal(keptUserAgent('  x \t'), 'x')
  for (const header of ['', '   ', '\0\r\n', undefined, null, 7, ['x'], { toString: () => 'x' }]) {
    assert.equal(keptUserAgent(header), undefined)
  }
})

test('a long header is cut to 512 bytes, between two characters', () => {
  assert.equal(keptUserAgent('x'.repeat(8192)), 'x'.repeat(512))
  assert.equal(keptUserAgent('é'.repeat(300)), 'é'.repeat(256))
  assert.equal(keptUserAgent('€'.repeat(300)), '€'.repeat(170))
  assert.equal(keptUserAgent(`x${'😀'.repeat(300)}`), `x${'😀'.repeat(127)}`)
  assert.equal(keptUserAgent(`${'x'.repeat(511)} y`), 'x'.repeat(511))
})

test('half of a surrogate pair becomes a character that can be stored', () => {
  assert.equal(keptUserAgent('a\ud83d'), 'a\ufffd')
})

test('whatever is cleaned is short, well-formed, without control characters, and stays as it is', () => {
  const unit = fc.oneof(
    fc.constantFrom('\0', '\x9f', '\u2028', '\u202e', ' ', '€', '😀', '\ud83d'),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 400 }), fc.integer({ min: 1, max: 600 }), (units, most) => {
      const clean = cleanText(units.join(''), most)
      if (clean === undefined) return
      assert.ok(Buffer.byteLength(clean) <= most)
      assert.ok(clean.isWellFormed() && clean !== '')
      assert.doesNotMatch(clean, /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
      assert.equal(cleanText(clean, most), clean)
    }),
  )
})
