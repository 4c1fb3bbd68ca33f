import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStorage } from '../../../examples/memory-storage.ts'
import { assertAccepted, refusal } from './options-faults.ts'

const user = () => 'ada'

test('maxPerUser is a whole number, and needs the option user', () => {
  for (const maxPerUser of [0, -1, 1.5, 1_001, '3', null]) {
    assert.match(refusal({ maxPerUser, user }), /^maxPerUser must be a whole number from 1 to 1000, not /)
  }
  assert.equal(
    refusal({ maxPerUser: 3 }),
    'maxPerUser needs the option user, which returns the user of a session; set it too',
  )
  for (const maxPerUser of [1, 1_000, undefined]) assertAccepted({ maxPerUser, user })
})

test('maxPerUser needs a database that can list', () => {
  const { listing, ...database } = { listing: undefined, ...memoryStorage() }
  assert.equal(
    refusal({ maxPerUser: 3, user, database }),
    'maxPerUser needs a storage with a listing; implement listing of the type SessionDatabase',
  )
})

test('evict is one of the orders, and needs maxPerUser', () => {
  for (const evict of ['newest', '', null, true]) {
    assert.equal(refusal({ maxPerUser: 3, user, evict }), 'evict must be "oldest", "least-recent", "refuse"')
  }
  assert.equal(
    refusal({ user, evict: 'oldest' }),
    'evict needs maxPerUser, the number of sessions a user may have; set it too',
  )
  for (const evict of ['oldest', 'least-recent', 'refuse', undefined]) assertAccepted({ maxPerUser: 3, user, evict })
})
