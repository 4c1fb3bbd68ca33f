import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { networkOf } from '../../src/metadata/network.ts'
import { packUse, unpackUse } from '../../src/metadata/packed-use.ts'
import type { CapturedUse } from '../../src/metadata/session-metadata.ts'
import { userAgents } from './user-agents.ts'

/** The most that a use with a network and a user agent may take, at the median. */
const MEDIAN = 35

const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36'

const text = (maxLength = 40) => fc.string({ unit: 'grapheme', maxLength })
const address = fc.oneof(fc.ipV4(), fc.ipV6()).map((ip) => networkOf(ip, 'full')!)
const ip = fc.oneof(
  address,
  address.map((full) => networkOf(full, 'network')!),
  text(),
)
const location = fc.record(
  { country: text(), region: text(), city: text(), latitude: fc.double(), longitude: fc.double() },
  { requiredKeys: [], noNullPrototype: true },
)
const extra = fc.dictionary(fc.oneof(text(), fc.constant('__proto__')), text(), { maxKeys: 10, noNullPrototype: true })
const userAgent = fc.oneof(text(512), fc.constantFrom(...userAgents.map(([agent]) => agent)))
const use = fc.record(
  { ip, userAgent, location, extra },
  { requiredKeys: [], noNullPrototype: true },
) as fc.Arbitrary<CapturedUse>

test('every use is the same after packing and unpacking', () => {
  fc.assert(
    fc.property(use, (given) => assert.deepEqual(unpackUse(packUse(given)), given)),
    { numRuns: 500 },
  )
})

test('equal uses have equal bytes, in whichever order their keys were set', () => {
  fc.assert(
    fc.property(use, (given) => {
      const reversed = (value: object): object =>
        Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([name, field]) => [name, typeof field === 'object' ? reversed(field) : field]),
        )
      assert.deepEqual(packUse(reversed(given)), packUse(given))
    }),
  )
})

test('different uses have different bytes', () => {
  const parts: CapturedUse[] = [
    {},
    { ip: '1.2.3.0/24' },
    { ip: '1.2.3.0' },
    { ip: '::1.2.3.0' },
    { ip: '1.2.3.0/25' },
    { ip: '1.2.3.4/24' },
    { userAgent: '' },
    { userAgent: 'a' },
    { userAgent: '\ufeffa' },
    { extra: {} },
    { extra: { a: '' } },
    { location: {} },
    { location: { country: 'DE' } },
    { location: { region: 'DE' } },
    { location: { latitude: 1 } },
    { location: { longitude: 1 } },
  ]
  assert.equal(new Set(parts.map((part) => packUse(part).toString('hex'))).size, parts.length)
  for (const part of parts) assert.deepEqual(unpackUse(packUse(part)), part)
})

test(`a network with a user agent takes at most ${MEDIAN} bytes at the median`, (t) => {
  const sizes = userAgents.map(([agent]) => packUse({ ip: '203.0.113.0/24', userAgent: agent }).length)
  const sorted = sizes.toSorted((one, other) => one - other)
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))]!
  t.diagnostic(`median ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, most ${at(1)} bytes`)
  assert.ok(at(0.5) <= MEDIAN)
})

test('what was stored once can be read: these bytes never change their meaning', () => {
  const stored = '17cb0071a39de558fd0a00'
  assert.deepEqual(unpackUse(Buffer.from(stored, 'hex')), { ip: '203.0.113.0/24', userAgent: chrome })
  assert.deepEqual(unpackUse(Buffer.from('0820010db80001', 'hex')), { ip: '2001:db8:1::/48' })
})

test('malformed bytes throw an Error', () => {
  const packed = packUse({ ip: '203.0.113.0/24', userAgent: chrome, extra: { a: 'b' } })
  const malformed = [
    Buffer.alloc(0),
    Buffer.of(0x80),
    Buffer.of(6 << 1),
    Buffer.of(1 << 1, 1, 2),
    Buffer.of(0, 1),
    Buffer.of(1),
    Buffer.of(16, 0xff),
    Buffer.of(32, 1, 5, 65),
    Buffer.of(64, 0x81),
    packed.subarray(0, -1),
    Buffer.concat([packed, Buffer.of(0)]),
  ]
  for (const bytes of malformed) assert.throws(() => unpackUse(bytes), Error, bytes.toString('hex'))
})

test('bytes that inflate to more than 4 KB throw an Error', () => {
  const bomb = Buffer.concat([Buffer.of(1 | 16), deflateRawSync(Buffer.alloc(10_000_000, 'x'))])
  assert.throws(() => unpackUse(bomb), Error)
  const most = Buffer.concat([Buffer.of(1 | 16), deflateRawSync(Buffer.alloc(4096, 'x'))])
  assert.equal(unpackUse(most).userAgent?.length, 4096)
})

test('a use of more than 4 KB is refused', () => {
  assert.throws(() => packUse({ userAgent: 'x'.repeat(4097) }), /4097 bytes, more than 4096/)
})

test('no bytes make it fail with anything but an Error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        unpackUse(Buffer.from(bytes))
      } catch (error) {
        assert.ok(error instanceof Error)
      }
    }),
    { numRuns: 1000 },
  )
})
