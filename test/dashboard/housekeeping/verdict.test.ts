import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Trimming, verdictOf } from '../../../src/dashboard/housekeeping/verdict.ts'

const rounds = (...left: number[]) => left.map((backlog) => ({ stopped: 'time' as const, backlog }))
const usual: Trimming = { backlog: 0, rounds: [], interval: 900_000 }

describe('the verdict on trimming', () => {
  const CASES: [name: string, trimming: Partial<Trimming>, level: string, text: RegExp][] = [
    ['no row waits', {}, 'good', /keeps up: no row waits/],
    ['some rows wait for the next round', { backlog: 1_234 }, 'good', /1,234 rows wait .* every 15 min/],
    ['one row waits', { backlog: 1 }, 'good', /1 row waits/],
    ['many rows wait', { backlog: 10_000 }, 'bad', /behind: 10,000 or more rows wait/],
    ['rows wait and there is no timer', { backlog: 7, interval: undefined }, 'warn', /7 rows wait .* no timer/],
    ['nobody counts', { backlog: undefined }, 'warn', /does not count/],
    ['each of three rounds left more', { backlog: 40, rounds: rounds(40, 30, 20, 10) }, 'bad', /does not keep up/],
    ['the count ended at ten thousand', { rounds: rounds(10_000, 10_000, 10_000, 1) }, 'bad', /does not keep up/],
    ['two rounds left more', { backlog: 30, rounds: rounds(30, 20, 10) }, 'good', /keeps up/],
    ['a round left less', { backlog: 40, rounds: rounds(40, 30, 35, 10) }, 'good', /keeps up/],
  ]
  for (const [name, trimming, level, text] of CASES) {
    test(`where ${name}`, () => {
      const verdict = verdictOf({ ...usual, ...trimming })
      assert.equal(verdict.level, level)
      assert.match(verdict.text, text)
    })
  }

  test('ignores rounds in which another process trimmed', () => {
    const locked = { stopped: 'locked' as const, backlog: 50 }
    const [first, ...others] = rounds(40, 30, 20, 10)
    assert.equal(verdictOf({ ...usual, backlog: 40, rounds: [first!, locked, ...others] }).level, 'bad')
    assert.equal(verdictOf({ ...usual, backlog: 40, rounds: [locked, locked, locked, locked] }).level, 'good')
  })
})
