import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { networkOf } from '../../src/metadata/network.ts'

const TABLE: readonly (readonly [ip: string, full: string, network: string])[] = [
  ['203.0.113.7', '203.0.113.7', '203.0.113.0/24'],
  ['0.0.0.0', '0.0.0.0', '0.0.0.0/24'],
  ['255.255.255.255', '255.255.255.255', '255.255.255.0/24'],
  ['1.2.3.4:567', '1.2.3.4', '1.2.3.0/24'],
  ['::ffff:1.2.3.4', '1.2.3.4', '1.2.3.0/24'],
  ['::FFFF:102:304', '1.2.3.4', '1.2.3.0/24'],
  ['0:0:0:0:0:ffff:1.2.3.4', '1.2.3.4', '1.2.3.0/24'],
  ['[::ffff:1.2.3.4]:80', '1.2.3.4', '1.2.3.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
  ['2001:0DB8:0001:0000:0000:0000:0000:0001', '2001:db8:1::1', '2001:db8:1::/48'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1', '2001:db8::/48'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1', '2001::/48'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1', '2001:db8::/48'],
  ['::', '::', '::/48'],
  ['[::1]:567', '::1', '::/48'],
  ['[::1]', '::1', '::/48'],
  ['fe80::1%eth0', 'fe80::1', 'fe80::/48'],
  ['fe80::1%eth0.100', 'fe80::1', 'fe80::/48'],
  ['[fe80::1%25eth0]:443', 'fe80::1', 'fe80::/48'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221', '64:ff9b::/48'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0', '1:2:3::/48'],
]

const NONE = [
  '',
  'unknown',
  'localhost',
  '1.2.3',
  '1.2.3.256',
  '01.2.3.4',
  '1.2.3.4%eth0',
  '1.2.3.4:567890',
  '1.2.3.4, 5.6.7.8',
  ' 1.2.3.4',
  '[1.2.3.4]:80',
  '::1::2',
  '12345::',
  '[::1',
  '1.2.3.0/24',
  `::1%${'a'.repeat(200)}`,
]

for (const [ip, full, network] of TABLE) {
  test(`${ip} is ${full} in ${network}`, () => {
    assert.equal(networkOf(ip, 'full'), full)
    assert.equal(networkOf(ip, 'network'), network)
  })
}

test('text that is not an address gives undefined', () => {
  for (const text of NONE) {
    assert.equal(networkOf(text, 'full'), undefined, text)
    assert.equal(networkOf(text, 'network'), undefined, text)
  }
})

const anyAddress = fc.oneof(fc.ipV4(), fc.ipV6())

test('a canonical address is an address, and stays as it is', () => {
  fc.assert(
    fc.property(anyAddress, (ip) => {
      const full = networkOf(ip, 'full')!
      assert.ok(isIP(full), full)
      assert.equal(networkOf(full, 'full'), full)
    }),
  )
})

test('IPv6 has the form that URLs have', () => {
  fc.assert(
    fc.property(fc.ipV6(), (ip) => {
      const full = networkOf(ip, 'full')!
      if (full.includes(':')) assert.equal(`[${full}]`, new URL(`http://[${ip}]`).hostname)
    }),
  )
})

test('addresses that share their first bytes share a network', () => {
  const byte = fc.nat(255)
  fc.assert(
    fc.property(byte, byte, byte, byte, byte, (a, b, c, one, other) => {
      const network = networkOf(`${a}.${b}.${c}.${one}`, 'network')
      assert.equal(network, networkOf(`::ffff:${a}.${b}.${c}.${other}`, 'network'))
    }),
  )
})

test('no text makes it throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void networkOf(text, 'network')))
  const pieces = fc.array(fc.constantFrom('::', ':', '.', '%', '[', ']', '/', 'ffff', '0', '255', '1.2.3.4'))
  fc.assert(fc.property(pieces, (parts) => void networkOf(parts.join(''), 'full')))
})
