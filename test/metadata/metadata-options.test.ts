import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkedMetadataOptions } from '../../src/metadata/metadata-options.ts'
import { OptionChecks } from '../../src/store/options/option-checks.ts'

function checked(value: unknown) {
  const checks = new OptionChecks()
  return { options: checkedMetadataOptions(value, checks), faults: checks.faults }
}

test('false and nothing keep no metadata', () => {
  for (const value of [undefined, false]) assert.deepEqual(checked(value), { options: undefined, faults: [] })
})

test('true and an empty object keep the network and the user agent', () => {
  for (const value of [true, {}])
    assert.deepEqual(checked(value), { options: { ip: 'network', userAgent: true }, faults: [] })
})

test('valid options stay as they are', () => {
  const location = () => undefined
  const extra = () => ({})
  for (const options of [
    { ip: 'full', userAgent: false },
    { ip: false, userAgent: true, location, extra },
  ]) {
    assert.deepEqual(checked(options), { options, faults: [] })
  }
})

test('every fault is named', () => {
  const { faults } = checked({ ip: true, userAgent: 'yes', locaton: 1, location: 'DE', extra: {} })
  assert.deepEqual(faults, [
    'metadata.locaton is not an option; did you mean metadata.location?',
    'metadata.userAgent must be true or false, not "yes"',
    'metadata.location must be a function, not "DE"',
    'metadata.extra must be a function, not a value of the type object',
    'metadata.ip must be "full", "network" or false',
  ])
  for (const value of [null, 1, 'network', []]) {
    assert.deepEqual(checked(value).faults, [
      'metadata must be true, false or an object with ip, userAgent, location or extra',
    ])
  }
})
