import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headerLocation } from '../../src/location/index.ts'

const asLatin1 = (text: string) => Buffer.from(text).toString('latin1')

test('Cloudflare sends UTF-8, which Node shows as latin1', () => {
  const locationOf = headerLocation({
    country: 'CF-IPCountry',
    region: 'cf-region',
    city: 'cf-ipcity',
    latitude: 'cf-iplatitude',
    longitude: 'cf-iplongitude',
  })
  const headers = {
    'cf-ipcountry': 'ch',
    'cf-region': asLatin1('Zürich'),
    'cf-ipcity': asLatin1('Zürich'),
    'cf-iplatitude': '47.36667',
    'cf-iplongitude': '-8.55',
  }
  assert.deepEqual(locationOf({ headers }), {
    country: 'CH',
    region: 'Zürich',
    city: 'Zürich',
    latitude: 47.36667,
    longitude: -8.55,
  })
})

test('Vercel encodes with percent signs', () => {
  const locationOf = headerLocation({ city: 'x-vercel-ip-city' })
  assert.deepEqual(locationOf({ headers: { 'x-vercel-ip-city': 'S%C3%A3o%20Paulo' } }), { city: 'São Paulo' })
})

const CITIES: Record<string, string> = {
  '100% Town': '100% Town',
  '%E0%A4': '%E0%A4',
  'Z\xfcrich': 'Zürich',
  [asLatin1('東京')]: '東京',
  'M\u00fcn\u0107hen': 'Münćhen',
}
for (const [header, city] of Object.entries(CITIES)) {
  test(`the city ${JSON.stringify(header)} is ${city}`, () => {
    assert.deepEqual(headerLocation({ city: 'city' })({ headers: { city: header } }), { city })
  })
}

test('what is missing, empty, unknown or not a number is no location', () => {
  const locationOf = headerLocation({ country: 'country', latitude: 'latitude' })
  for (const country of ['XX', 'T1', 'xx', '', '  ', undefined]) {
    for (const latitude of ['', ' ', 'north', '91', 'Infinity', undefined]) {
      assert.equal(locationOf({ headers: { country, latitude } }), undefined)
    }
  }
})

test('of several headers the first counts', () => {
  assert.deepEqual(headerLocation({ country: 'c' })({ headers: { c: ['DE', 'FR'] } }), { country: 'DE' })
})

const FAULTS: [options: object | undefined, message: RegExp][] = [
  [undefined, /name a header for one of country/],
  [{}, /name a header for one of country/],
  [{ country: '' }, /country must be the name of a header/],
  [{ country: 'a b' }, /country must be the name of a header/],
  [{ country: 1 }, /country must be the name of a header/],
  [{ county: 'x', city: ':' }, /county is not an option; use country, .*; city must be the name of a header/],
]
for (const [options, message] of FAULTS) {
  test(`the options ${JSON.stringify(options)} are refused`, () => {
    assert.throws(() => headerLocation(options as never), { code: 'FST_STORED_SESSION_INVALID_OPTIONS', message })
  })
}
