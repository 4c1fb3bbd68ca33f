import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Tally } from '../../../src/dashboard/survey/tally.ts'
import { UserCountries } from '../../../src/dashboard/survey/user-countries.ts'

test('a tally counts exactly while there are few values, the most frequent first', () => {
  const tally = new Tally(3)
  for (const value of 'abcabaa') tally.add(value)
  assert.deepEqual(tally.most(2), {
    top: [
      ['a', 4],
      ['b', 2],
    ],
    values: 3,
    missing: 0,
  })
})

test('a tally of more values than it holds keeps the frequent ones, and says how much too low it may be', () => {
  const tally = new Tally(50)
  const real = new Map<string, number>()
  const add = (value: string) => {
    tally.add(value)
    real.set(value, (real.get(value) ?? 0) + 1)
  }
  for (let n = 0; n < 10_000; n++) {
    add(n % 3 === 0 ? 'often' : n % 7 === 0 ? 'seldom' : `once ${n}`)
  }
  const { top, values, missing } = tally.most(2)
  assert.ok(values <= 50)
  assert.deepEqual(
    top.map(([value]) => value),
    ['often', 'seldom'],
  )
  assert.ok(missing > 0 && missing <= 10_000 / 50, `${missing} are missing at most`)
  for (const [value, count] of top) {
    assert.ok(count <= real.get(value)! && count + missing >= real.get(value)!, value)
  }
})

test('users in several countries are listed by the number of countries, then by name', () => {
  const users = new UserCountries()
  for (const [user, country] of [
    ['bob', 'DE'],
    ['ada', 'FR'],
    ['ada', 'DE'],
    ['tim', 'DE'],
    ['tim', 'DE'],
    ['bob', 'US'],
    ['eve', 'US'],
    ['eve', 'DE'],
    ['eve', 'FR'],
    ['eve', 'FR'],
  ] as const) {
    users.add(user, country)
  }
  assert.equal(users.count, 3)
  assert.deepEqual(users.most(2), [
    { user: 'eve', countries: ['DE', 'FR', 'US'], sessions: 4 },
    { user: 'ada', countries: ['DE', 'FR'], sessions: 2 },
  ])
})
