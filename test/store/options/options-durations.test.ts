import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { StoredSessionStore } from '../../../src/index.ts'
import { OptionChecks } from '../../../src/store/options/option-checks.ts'
import { assertAccepted, refusal, sound } from './options-faults.ts'

const NAMES = ['idleTimeout', 'absoluteTimeout', 'touchInterval', 'rotationOverlap']

function durationOf(value: unknown): number {
  const checks = new OptionChecks()
  const duration = checks.duration('idleTimeout', value, 42)
  assert.deepEqual(checks.faults, [], String(value))
  return duration
}

describe('a duration', () => {
  test('is milliseconds, or text with a unit', () => {
    const expected: [unknown, number][] = [
      [undefined, 42],
      [1, 1],
      [90_000, 90_000],
      ['1ms', 1],
      ['90s', 90_000],
      ['15m', 900_000],
      ['2h', 7_200_000],
      ['2 h', 7_200_000],
      ['1.5h', 5_400_000],
      ['30d', 2_592_000_000],
      ['2w', 1_209_600_000],
      ['3653d', 315_619_200_000],
    ]
    for (const [value, duration] of expected) assert.equal(durationOf(value), duration, String(value))
  })

  test('is whole milliseconds in the end, because the columns hold nothing else', () => {
    assert.equal(durationOf(1_000.4), 1_000)
    assert.equal(durationOf('1.0006s'), 1_001)
    assert.equal(durationOf(1_000 / 3), 333)
  })

  test('is refused when it is nothing of the kind', () => {
    const wrong = [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 315_619_200_001, 10n, null, {}, [], new Date()]
    const wrongText = ['', '2', '2hours', 'h', '2H', '-2h', '1e3s', '2h30m', ' 2h', '2h ', '0s', '0.4ms', '3654d', '٢h']
    for (const name of NAMES) {
      for (const value of [...wrong, ...wrongText]) {
        const message = refusal({ [name]: value })
        assert.ok(
          message.startsWith(`${name} must be milliseconds or text such as "90s", "15m", "2h" or "30d"`),
          message,
        )
      }
    }
  })

  test('may be as long as ten years', () => {
    for (const name of ['idleTimeout', 'absoluteTimeout']) assertAccepted({ [name]: '3653d' })
    assertAccepted({ trim: { interval: '3653d' } })
  })
})

test('the longest trim interval is no timer that never waits', async () => {
  const warnings: string[] = []
  const note = ({ name }: Error) => warnings.push(name)
  process.on('warning', note)
  const store = new StoredSessionStore({ ...sound, database: 'sqlite::memory:', trim: { interval: '3653d' } })
  await store.ready()
  // Warnings are told one turn later.
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', note)
  await store.close()
  assert.deepEqual(warnings, [])
})
