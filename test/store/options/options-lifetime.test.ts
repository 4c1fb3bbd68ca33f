import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkOptions } from '../../../src/plugin/options.ts'
import { assertAccepted, refusal, sound } from './options-faults.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function limitsOf(options: object): { idleTimeout: number; absoluteTimeout: number | false } {
  const { idleTimeout, absoluteTimeout } = checkOptions({ ...sound, ...options } as never).store.limits
  return { idleTimeout, absoluteTimeout }
}

const hours = (count: number) =>
  `must be at most ${count * HOUR} ms (${count} h) with this lifetime; shorten it, or choose another lifetime`

describe('a lifetime', () => {
  test('sets the timeouts that NIST SP 800-63B-4 has for its level', () => {
    assert.deepEqual(limitsOf({}), { idleTimeout: 2 * HOUR, absoluteTimeout: 30 * DAY })
    assert.deepEqual(limitsOf({ lifetime: 'aal1' }), { idleTimeout: 2 * HOUR, absoluteTimeout: 30 * DAY })
    assert.deepEqual(limitsOf({ lifetime: 'aal2' }), { idleTimeout: HOUR, absoluteTimeout: DAY })
    assert.deepEqual(limitsOf({ lifetime: 'aal3' }), { idleTimeout: 15 * MINUTE, absoluteTimeout: 12 * HOUR })
  })

  test('takes a stricter timeout, and its own', () => {
    for (const [lifetime, idleTimeout, absoluteTimeout] of [
      ['aal1', 30 * DAY, 30 * DAY],
      ['aal2', HOUR, DAY],
      ['aal2', 10 * MINUTE, 8 * HOUR],
      ['aal3', 15 * MINUTE, 12 * HOUR],
      ['aal3', MINUTE + 1, HOUR],
    ]) {
      assert.deepEqual(limitsOf({ lifetime, idleTimeout, absoluteTimeout }), { idleTimeout, absoluteTimeout })
    }
  })

  test('refuses a looser timeout by its name', () => {
    assert.equal(refusal({ lifetime: 'aal1', absoluteTimeout: '31d' }), `absoluteTimeout ${hours(720)}`)
    assert.equal(refusal({ lifetime: 'aal1', absoluteTimeout: false }), `absoluteTimeout ${hours(720)}`)
    assert.equal(refusal({ lifetime: 'aal2', absoluteTimeout: DAY + 1 }), `absoluteTimeout ${hours(24)}`)
    assert.equal(refusal({ lifetime: 'aal2', idleTimeout: HOUR + 1 }), `idleTimeout ${hours(1)}`)
    assert.equal(
      refusal({ lifetime: 'aal3', idleTimeout: '16m', absoluteTimeout: '13h' }),
      `invalid options:\n- idleTimeout ${hours(0.25)}\n- absoluteTimeout ${hours(12)}`,
    )
  })

  test('refuses a maxAge of every cookie that would keep sessions unused for longer', () => {
    assert.equal(refusal({ lifetime: 'aal2', cookie: { maxAge: HOUR + 1 } }), `cookie.maxAge ${hours(1)}`)
    assertAccepted({ lifetime: 'aal2', cookie: { maxAge: HOUR } })
    assertAccepted({ lifetime: 'aal1', cookie: { maxAge: 90 * DAY } })
  })

  test('refuses a touch interval in which its sessions would end', () => {
    const fault =
      'touchInterval must be shorter than idleTimeout, because sessions in use would expire otherwise; shorten it'
    assert.equal(refusal({ lifetime: 'aal3', touchInterval: '15m' }), fault)
    assertAccepted({ lifetime: 'aal3', touchInterval: '14m' })
  })

  test('is one of the levels', () => {
    for (const lifetime of ['AAL2', 'nist', '', 2, null, {}, 'constructor']) {
      assert.equal(refusal({ lifetime }), 'lifetime must be "aal1", "aal2", "aal3"')
    }
    assertAccepted({ lifetime: undefined })
  })
})
