import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { maxmindLocation } from '../../src/location/index.ts'
import { until } from '../support/until.ts'
import { type MmdbValue, mmdbFile } from './mmdb-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'location-'))
after(() => rmSync(folder, { recursive: true }))

const place = (city: string): MmdbValue => ({
  city: { names: { de: 'anders', en: city } },
  country: { iso_code: 'DE', names: { en: 'Germany' } },
  location: { latitude: 52.52, longitude: -13.4, time_zone: 'Europe/Berlin' },
  subdivisions: [{ iso_code: 'BE', names: { en: 'Land Berlin' } }, { iso_code: 'X' }],
})
const berlin = { country: 'DE', region: 'Land Berlin', city: 'Berlin', latitude: 52.52, longitude: -13.4 }

let files = 0
/** A file with these bytes. */
function written(bytes: Buffer): string {
  const file = join(folder, `${++files}.mmdb`)
  writeFileSync(file, bytes)
  return file
}
/** Replaces a file at once, as updaters do. */
function replace(file: string, bytes: Buffer): void {
  writeFileSync(`${file}.new`, bytes)
  renameSync(`${file}.new`, file)
}

const request = {}

test('a city database gives country, region, city and degrees', () => {
  const locationOf = maxmindLocation({ file: written(mmdbFile({ '203.0.113.0/24': place('Berlin') })) })
  for (const ip of ['203.0.113.7', '::ffff:203.0.113.7', '203.0.113.7:80'])
    assert.deepEqual(locationOf(request, ip), berlin)
  assert.equal(locationOf(request, '198.51.100.1'), undefined)
})

test('databases with one level are read too', () => {
  const flat = { country_code: 'FR', state1: 'Bretagne', city: 'Brest', latitude: 48.4, longitude: -4.5 }
  const file = written(mmdbFile({ '192.0.2.0/24': flat, '203.0.113.0/24': { country: 'IT', region: 'Lazio' } }))
  const locationOf = maxmindLocation({ file })
  const { country_code: country, state1: region, ...rest } = flat
  assert.deepEqual(locationOf(request, '192.0.2.1'), { country, region, ...rest })
  assert.deepEqual(locationOf(request, '203.0.113.1'), { country: 'IT', region: 'Lazio' })
})

test('private and invalid addresses have no location, even where the database has one', () => {
  const file = written(mmdbFile({ '10.0.0.0/8': place('Berlin'), '127.0.0.0/8': place('Berlin') }))
  const locationOf = maxmindLocation({ file })
  for (const ip of ['10.1.2.3', '127.0.0.1', '::1', 'fe80::1%eth0', '', 'x', undefined as never]) {
    assert.equal(locationOf(request, ip), undefined)
  }
})

test('the country database in the public domain is read, for IPv4 and IPv6', () => {
  const name = '@ip-location-db/geo-whois-asn-country-mmdb'
  const packageFolder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
  const locationOf = maxmindLocation({ file: join(packageFolder, 'geo-whois-asn-country.mmdb') })
  assert.deepEqual(locationOf(request, '193.0.6.139'), { country: 'NL' })
  assert.deepEqual(locationOf(request, '2001:67c:2e8:22::c100:68b'), { country: 'NL' })
})

const city = mmdbFile({ '203.0.113.0/24': place('Berlin') })
const REFUSED: [what: string, bytes: Buffer, message: RegExp][] = [
  ['an empty file', Buffer.alloc(0), /it is empty/],
  ['a foreign file', Buffer.from('<html></html>'), /it is not a MaxMind database/],
  ['a compressed file', gzipSync(city), /it is compressed/],
  ['a file without its end', city.subarray(0, 200), /its end is missing/],
  ['a file without its begin', city.subarray(30), /a part of it is missing/],
  ['a file whose metadata is cut', city.subarray(0, -20), /cannot be used/],
  ['a database without locations', mmdbFile({ '203.0.113.0/24': {} }, 'GeoLite2-ASN'), /its type is "GeoLite2-ASN"/],
]
for (const [what, bytes, message] of REFUSED) {
  test(`${what} is refused by its name`, () => {
    const file = written(bytes)
    const refused = { code: 'FST_STORED_SESSION_INVALID_OPTIONS', message }
    assert.throws(() => maxmindLocation({ file }), refused)
    assert.throws(() => maxmindLocation({ file }), { message: new RegExp(`the file ${file} `) })
  })
}

test('a missing file and invalid options are refused', () => {
  const refused = (message: RegExp) => ({ code: 'FST_STORED_SESSION_INVALID_OPTIONS', message })
  assert.throws(
    () => maxmindLocation({ file: '/nowhere/a.mmdb' }),
    refused(/the file \/nowhere\/a\.mmdb does not exist/),
  )
  assert.throws(() => maxmindLocation({ file: folder }), refused(/cannot be used/))
  assert.throws(() => maxmindLocation({ file: '' }), refused(/file must be the path/))
  assert.throws(() => maxmindLocation({} as never), refused(/file must be the path/))
  assert.throws(() => maxmindLocation(undefined as never), refused(/file must be the path/))
  assert.throws(() => maxmindLocation({ file: 'x', checkEvery: -1 }), refused(/checkEvery must be/))
})

test('a replaced file is read again while lookups continue', async () => {
  const file = written(city)
  const locationOf = maxmindLocation({ file, checkEvery: 0 })
  const cityNow = () => locationOf(request, '203.0.113.7')?.city
  for (const name of ['Potsdam', 'Hamburg', 'Bonn']) {
    const before = cityNow()
    replace(file, mmdbFile({ '203.0.113.0/24': place(name), '198.51.100.0/24': place(name) }))
    await until(`the city is ${name}`, () => {
      const found = cityNow()
      assert.ok(found === before || found === name, found)
      return found === name
    })
  }
})

test('a torn, then a missing file is reported, and the previous content stays until a complete one is there', async () => {
  const file = written(city)
  const locationOf = maxmindLocation({ file, checkEvery: 0 })
  const failures: string[] = []
  locationOf.onFailure = (error) => failures.push(`${error.message}: ${(error.cause as Error).message}`)
  const failed = (reason: RegExp) =>
    until(`it fails with ${reason}`, () => {
      assert.deepEqual(locationOf(request, '203.0.113.7'), berlin)
      return failures.some(
        (failure) => failure.startsWith(`The location database ${file} cannot be read again`) && reason.test(failure),
      )
    })
  replace(file, city.subarray(0, 100))
  await failed(/its end is missing/)
  rmSync(file)
  await failed(/ENOENT/)
  replace(file, mmdbFile({ '203.0.113.0/24': place('Potsdam') }))
  await until('the new file is read', () => locationOf(request, '203.0.113.7')?.city === 'Potsdam')
})

test('a listener that throws ends neither the process nor the checks', async () => {
  const file = written(city)
  const locationOf = maxmindLocation({ file, checkEvery: 0 })
  let reports = 0
  locationOf.onFailure = () => {
    reports++
    throw new Error('listener')
  }
  rmSync(file)
  await until('it failed twice', () => {
    locationOf(request, '203.0.113.7')
    return reports > 1
  })
  assert.deepEqual(locationOf(request, '203.0.113.7'), berlin)
})
