import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, beforeEach, describe, mock, test } from 'node:test'
import {
  type CookieLifetime,
  lifetimeOf as lifetimeOfSession,
  noteCookie as noteCookieOf,
  restoredCookie,
} from '../../../src/store/live/cookie-lifetime.ts'
import type { LiveSession } from '../../../src/store/live/live-session.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOW = 1_763_636_955_123

interface HostCookie {
  originalMaxAge: number | null
  expires: Date | null
  maxAge: number | null
  originalExpires?: Date
}

// The cookie as @fastify/session makes it, with the setters that matter here.
const Cookie: new (options: object, request: object) => HostCookie = createRequire(import.meta.url)(
  '@fastify/session/lib/cookie.js',
)

// A cookie belongs to one session.
const sessions = new WeakMap<object, LiveSession>()
function sessionOf(cookie: object | undefined): LiveSession {
  const session = (cookie && sessions.get(cookie)) ?? ({ cookie } as LiveSession)
  if (cookie) sessions.set(cookie, session)
  return session
}
const lifetimeOf = (cookie: object | undefined, now: number) => lifetimeOfSession(sessionOf(cookie), now)
const noteCookie = (cookie: object) => noteCookieOf(sessionOf(cookie))

/** The cookie of a session that was stored with this lifetime, as the host restores it under this configuration. */
function restored(configured: object, lifetime: CookieLifetime): HostCookie {
  return new Cookie({ ...configured, ...restoredCookie(lifetime) }, {})
}

before(() => mock.timers.enable({ apis: ['Date'], now: NOW }))
beforeEach(() => mock.timers.setTime(NOW))
after(() => mock.timers.reset())

describe('the lifetime of a cookie', () => {
  test('is nothing when the cookie ends with the browser', () => {
    assert.deepEqual(lifetimeOf(undefined, NOW), {})
    assert.deepEqual(lifetimeOf({}, NOW), {})
    assert.deepEqual(lifetimeOf(new Cookie({}, {}), NOW), {})
  })

  test('is the maxAge, and not the date that the host makes of it', () => {
    const cookie = new Cookie({ maxAge: HOUR }, {})
    assert.deepEqual(cookie.expires, new Date(NOW + HOUR))
    assert.deepEqual(lifetimeOf(cookie, NOW), { originalMaxAge: HOUR })
  })

  test('is the date when there is only a date', () => {
    assert.deepEqual(lifetimeOf(new Cookie({ expires: new Date(NOW + HOUR) }, {}), NOW), { expires: NOW + HOUR })
  })

  test('is a maxAge that the application gives one session, longer or shorter, whatever it had before', () => {
    for (const configured of [{}, { maxAge: HOUR }, { expires: new Date(NOW + HOUR) }]) {
      for (const maxAge of [1, 5 * MINUTE, HOUR, 720 * HOUR]) {
        mock.timers.setTime(NOW)
        const cookie = new Cookie(configured, {})
        noteCookie(cookie)
        mock.timers.setTime(NOW + MINUTE)
        cookie.maxAge = maxAge
        assert.deepEqual(lifetimeOf(cookie, NOW + 2 * MINUTE), { originalMaxAge: maxAge })
      }
    }
  })

  test('is whole milliseconds, rounded up so that none is left out', () => {
    assert.deepEqual(lifetimeOf({ originalMaxAge: 1_000.2 }, NOW), { originalMaxAge: 1_001 })
    assert.deepEqual(lifetimeOf({ originalMaxAge: 0.1 }, NOW), { originalMaxAge: 1 })
  })

  test('is none where the values are none', () => {
    for (const originalMaxAge of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1h', null]) {
      assert.deepEqual(lifetimeOf({ originalMaxAge: originalMaxAge as number }, NOW), {}, String(originalMaxAge))
    }
    for (const expires of [new Date(Number.NaN), NOW + HOUR, 'tomorrow', null]) {
      assert.deepEqual(lifetimeOf({ expires: expires as Date }, NOW), {}, String(expires))
    }
  })
})

describe('a date beside a maxAge', () => {
  for (const [when, later] of Object.entries({ 'at once': 0, 'during a long request': 2 * HOUR })) {
    test(`is the host's own as long as nobody set another, ${when}`, () => {
      const cookie = new Cookie({ maxAge: HOUR }, {})
      noteCookie(cookie)
      assert.deepEqual(lifetimeOf(cookie, NOW + later), { originalMaxAge: HOUR })
    })

    test(`is the host's own after session.touch(), ${when}`, () => {
      const cookie = new Cookie({ maxAge: HOUR }, {})
      noteCookie(cookie)
      mock.timers.setTime(NOW + later)
      cookie.expires = new Date(Date.now() + HOUR)
      assert.deepEqual(lifetimeOf(cookie, Date.now()), { originalMaxAge: HOUR })
    })
  }

  test("is the host's own also when the request is noted a moment after it was made", () => {
    const cookie = new Cookie({ maxAge: HOUR }, {})
    mock.timers.setTime(NOW + 5)
    noteCookie(cookie)
    assert.deepEqual(lifetimeOf(cookie, NOW + 10), { originalMaxAge: HOUR })
  })

  test("is the application's when it is sooner or later than the host's own", () => {
    for (const expires of [NOW - 1, NOW + 1, NOW + HOUR - 1, NOW + HOUR + 1, NOW + 1_000 * HOUR]) {
      const cookie = new Cookie({ maxAge: HOUR }, {})
      noteCookie(cookie)
      cookie.expires = new Date(expires)
      assert.deepEqual(lifetimeOf(cookie, NOW), { expires }, String(expires - NOW))
    }
  })

  test("is the application's also in a session that began in this request, when no request takes that long", () => {
    for (const expires of [NOW + HOUR, NOW + 22 * HOUR, NOW + 25 * HOUR]) {
      const cookie = new Cookie({ maxAge: 24 * HOUR }, {})
      cookie.expires = new Date(expires)
      assert.deepEqual(lifetimeOf(cookie, NOW), { expires })
    }
  })
})

describe('a stored lifetime', () => {
  const lifetimes: CookieLifetime[] = [{}, { originalMaxAge: 5 * MINUTE }, { expires: NOW + 10 * HOUR }]
  const configurations = { nothing: {}, 'a maxAge': { maxAge: HOUR }, 'a date': { expires: new Date(NOW + 20 * HOUR) } }

  for (const [what, configured] of Object.entries(configurations)) {
    test(`of its own holds against ${what} in the configuration, again and again`, () => {
      for (const lifetime of lifetimes.slice(1)) {
        const cookie = restored(configured, lifetime)
        noteCookie(cookie)
        assert.deepEqual(lifetimeOf(cookie, NOW), lifetime)
        assert.deepEqual(lifetimeOf(restored(configured, lifetimeOf(cookie, NOW)), NOW), lifetime)
      }
    })
  }

  test('that is none follows the configuration', () => {
    assert.deepEqual(lifetimeOf(restored({}, {}), NOW), {})
    assert.deepEqual(lifetimeOf(restored({ maxAge: HOUR }, {}), NOW), { originalMaxAge: HOUR })
    assert.deepEqual(lifetimeOf(restored({ expires: new Date(NOW + HOUR) }, {}), NOW), { expires: NOW + HOUR })
  })

  test('slides with a maxAge and stays with a date', () => {
    mock.timers.setTime(NOW + MINUTE)
    assert.deepEqual(restored({}, { originalMaxAge: HOUR }).expires, new Date(NOW + MINUTE + HOUR))
    assert.deepEqual(restored({}, { expires: NOW + HOUR }).expires, new Date(NOW + HOUR))
  })

  test('with a maxAge lets no date of the configuration end the session', () => {
    const cookie = restored({ expires: new Date(NOW - HOUR) }, { originalMaxAge: HOUR })
    assert.equal(cookie.originalExpires, undefined)
    assert.deepEqual(cookie.expires, new Date(NOW + HOUR))
  })

  test('brings back no flag of the cookie', () => {
    for (const lifetime of lifetimes) {
      const names = Object.keys(restoredCookie(lifetime))
      assert.ok(
        names.every((name) => ['originalMaxAge', 'maxAge', 'expires'].includes(name)),
        names.join(),
      )
    }
  })
})
