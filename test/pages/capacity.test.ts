import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { type Assumptions, usual } from '../../bench/capacity/assumptions.ts'
import { Day } from '../../bench/capacity/day.ts'
import { type Ground, openGround } from '../../bench/capacity/ground.ts'
import { model, statements } from '../../bench/capacity/model.ts'
import { differences, type Quantities } from '../../bench/capacity/quantities.ts'
import { replay } from '../../bench/capacity/replay.ts'
import { compare } from '../../bench/capacity/trial.ts'
import { type DatabaseName, databases, ownable } from '../harness/databases.ts'

const TOLERANCE = 0.05
const SEED = 1

function passed(assumptions: Assumptions, tick = 1_000): Day {
  const day = new Day(assumptions, { seed: SEED, tick })
  for (const _ of day.moments());
  return day
}

describe('the model of capacity', () => {
  const many = { ...usual, users: 100_000 }
  const few = { ...usual, users: 10_000 }
  let simulated: Quantities
  before(() => {
    simulated = passed(many).quantities()
  })

  const misses = (expected: Quantities) => differences(expected, simulated, TOLERANCE).map(({ name }) => name)

  test('computes what a day that is drawn at random has', () => {
    assert.deepEqual(misses(model(many)), [])
  })

  test('computes how many statements requests share that come at the same moment', () => {
    const expected = statements(few, 1_000)
    assert.deepEqual(differences(expected, passed(few).statements().shared, TOLERANCE), [])
    const alone = { select: model(few).reads }
    assert.equal(differences(alone, { select: expected.select }, 0.3).length, 1, 'most of them are shared')
  })

  test('is found out when it forgets touches', () => {
    assert.deepEqual(misses({ ...model(many), touches: 0 }), ['touches'])
  })

  const wrong: [keyof Assumptions, number, keyof Quantities][] = [
    ['touchInterval', 2 * usual.touchInterval, 'touches'],
    ['writingShare', 0, 'saves'],
    ['logoutShare', 0, 'logouts'],
    ['idleTimeout', 2 * usual.idleTimeout, 'live'],
    ['trimGrace', 2 * usual.trimGrace, 'rows'],
    ['peakFactor', 1, 'peakRequests'],
    ['requests', 2 * usual.requests, 'reads'],
    ['activeShare', 0.5 * usual.activeShare, 'signIns'],
  ]
  for (const [name, value, quantity] of wrong) {
    test(`is found out with another ${name}`, () => {
      const found = misses(model({ ...many, [name]: value }))
      assert.ok(found.includes(quantity), `${quantity} should be among ${found}`)
    })
  }
})

test('a day is the same with the same seed, and another with another', () => {
  const assumptions = { ...usual, users: 1_000 }
  assert.deepEqual(passed(assumptions).quantities(), passed(assumptions).quantities())
  const other = new Day(assumptions, { seed: SEED + 1 })
  for (const _ of other.moments());
  assert.notDeepEqual(other.quantities(), passed(assumptions).quantities())
})

const TINY = { ...usual, users: 120 }

async function onGround<Result>(name: DatabaseName, work: (ground: Ground) => Promise<Result>): Promise<Result> {
  const createPlace = databases.find((target) => target.name === name)!.create
  const ground = await openGround(name, { createPlace, cpu: () => 0 }, TINY)
  return work(ground).finally(() => ground.close())
}

for (const name of ownable) {
  describe(name, () => {
    test('has the rows that were simulated, at every hour of a day that a real store replays', async () => {
      const day = new Day(TINY, { seed: SEED })
      const replayed = await onGround(name, (ground) => replay(ground, TINY, day))
      assert.ok(replayed.levels.trimmed > 20, `${replayed.levels.trimmed} rows were trimmed`)
      // Others use a server at the same time, and its counts are of all.
      const statements = name === 'sqlite' ? replayed.statements : undefined
      assert.deepEqual(compare(day, { ...replayed, statements }, day.statements().single), [])
    })
  })
}

// Where it is one server, or a file: a cluster and its like have no counts of their own.
for (const name of ownable.slice(0, 1)) {
  test('a store that forgets touches does not get through the day, or has other rows', async () => {
    const day = new Day(TINY, { seed: SEED })
    const outcome = await onGround(name, (ground) => {
      ground.core.rows.touchSoon = () => {}
      return replay(ground, TINY, day)
    }).then(
      (replayed) =>
        compare(day, { ...replayed, statements: undefined }, day.statements().single).map(({ name }) => name),
      (error: Error) => [error.message],
    )
    assert.match(outcome.join(), /live at|should be alive/)
  })
}
