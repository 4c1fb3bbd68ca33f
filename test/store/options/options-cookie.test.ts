import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkOptions } from '../../../src/plugin/options.ts'
import { assertAccepted, refusal, sound } from './options-faults.ts'

const MAX_AGE = 'must be milliseconds greater than 0; omit it for a cookie that ends with the browser session'
const PATH = 'must be printable ASCII without ";" and "<"; percent-encode the rest'
const DOMAIN =
  'must be a host name such as "example.com", without scheme, port or path; write names outside ASCII as "xn--…"'
const SAME_SITE = 'must be "lax", "strict", "none", true or false'

const REFUSED: [cookie: object, message: string][] = [
  [{ path: 5 }, 'path must be a string, not 5'],
  [{ path: 'app' }, 'path must begin with "/"'],
  [{ path: '' }, 'path must begin with "/"'],
  [{ path: '/a;b' }, `path ${PATH}`],
  [{ path: '/a<b' }, `path ${PATH}`],
  [{ path: '/ä' }, `path ${PATH}`],
  [{ path: '/a\nb' }, `path ${PATH}`],
  [{ domain: true }, 'domain must be a string, not true'],
  [{ domain: 'http://x' }, `domain ${DOMAIN}`],
  [{ domain: 'example.com:8080' }, `domain ${DOMAIN}`],
  [{ domain: 'example.com/app' }, `domain ${DOMAIN}`],
  [{ domain: 'münchen.de' }, `domain ${DOMAIN}`],
  [{ domain: 'example.com.' }, `domain ${DOMAIN}`],
  [{ secure: 'yes' }, 'secure must be true or false, not "yes"'],
  [{ secure: null }, 'secure must be true or false, not null'],
  [{ httpOnly: 1 }, 'httpOnly must be true or false, not 1'],
  [{ sameSite: 'Lax' }, `sameSite ${SAME_SITE}`],
  [{ sameSite: null }, `sameSite ${SAME_SITE}`],
  [{ partitioned: 'yes' }, 'partitioned must be true or false, not "yes"'],
  [{ maxAge: 0 }, `maxAge ${MAX_AGE}`],
  [{ maxAge: -1 }, `maxAge ${MAX_AGE}`],
  [{ maxAge: '1h' }, `maxAge ${MAX_AGE}`],
  [{ maxAge: Number.POSITIVE_INFINITY }, `maxAge ${MAX_AGE}`],
  [{ maxAge: 1e300 }, 'maxAge must be at most 31536000000000 ms, a thousand years'],
  [{ expires: new Date(8.64e15) }, 'expires must be before the year 10000, the last that a cookie can carry'],
  [
    { expires: new Date(Date.UTC(10_000, 0)) },
    'expires must be before the year 10000, the last that a cookie can carry',
  ],
  [{ expires: Date.now() + 60_000 }, 'expires must be a Date in the future'],
  [{ expires: new Date(Date.now() - 1) }, 'expires must be a Date in the future'],
  [{ expires: new Date(Number.NaN) }, 'expires must be a Date in the future'],
  [{ httponly: false }, 'httponly is not an option; did you mean cookie.httpOnly?'],
  [{ samesite: 'lax' }, 'samesite is not an option; did you mean cookie.sameSite?'],
  [{ maxage: 1 }, 'maxage is not an option; did you mean cookie.maxAge?'],
  [{ signed: true }, 'signed is not an option'],
]

describe('each flag of the cookie', () => {
  test('is refused by name, with what it must be', () => {
    for (const [cookie, message] of REFUSED) assert.equal(refusal({ cookie }), `cookie.${message}`)
  })

  test('is refused when @fastify/session would not send it', () => {
    assert.equal(refusal({ cookie: { priority: 'high' } }), 'cookie.priority is not an option')
    assert.equal(refusal({ cookie: { encode: String } }), 'cookie.encode is not an option')
  })

  test('is taken when it is right', () => {
    assertAccepted({ cookie: {} })
    assertAccepted({
      cookie: { path: '/app', domain: 'example.org', secure: true, httpOnly: false, partitioned: true },
    })
    for (const sameSite of [undefined, true, false, 'lax', 'strict', 'none']) assertAccepted({ cookie: { sameSite } })
    for (const secure of [undefined, true, false, 'auto']) assertAccepted({ cookie: { secure } })
    assertAccepted({ cookie: { maxAge: 60_000 } })
    assertAccepted({ cookie: { maxAge: 1_000 * 365 * 86_400_000 } })
    assertAccepted({ cookie: { expires: new Date(Date.now() + 60_000) } })
    assertAccepted({ cookie: { expires: new Date(Date.UTC(9_999, 11, 31)) } })
  })

  test('stands in an object', () => {
    for (const cookie of [null, 'secure', true, [], 5]) {
      assert.equal(refusal({ cookie }), 'cookie must be an object with the flags of the cookie')
    }
  })
})

describe('what would not do what it says is refused:', () => {
  test('SameSite=None without Secure', () => {
    const fault = 'cookie.sameSite "none" needs cookie.secure: browsers drop it otherwise'
    assert.equal(refusal({ cookie: { secure: false, sameSite: 'none' } }), fault)
    assertAccepted({ cookie: { sameSite: 'none' } })
  })

  test('a date beside an age', () => {
    const cookie = { expires: new Date(Date.now() + 60_000), maxAge: 60_000 }
    assert.equal(refusal({ cookie }), 'cookie.expires cannot be combined with cookie.maxAge; set one of them')
  })

  test('Partitioned without Secure', () => {
    const fault = 'cookie.partitioned needs cookie.secure: browsers drop it otherwise'
    assert.equal(refusal({ cookie: { secure: false, partitioned: true } }), fault)
    assertAccepted({ cookie: { partitioned: true } })
  })

  test('the prefixes __Secure- and __Host- without what they stand for, in any case of letters', () => {
    for (const cookieName of ['__Secure-id', '__Host-id', '__HOST-id', '__secure-id']) {
      assert.equal(
        refusal({ cookieName, cookie: { secure: false } }),
        'cookieName with this prefix needs cookie.secure',
      )
      assertAccepted({ cookieName, cookie: { path: '/' } })
    }
    const fault = 'cookieName with the prefix __Host- needs cookie.path "/" and no cookie.domain'
    assert.equal(refusal({ cookieName: '__Host-id', cookie: { path: '/app' } }), fault)
    assert.equal(refusal({ cookieName: '__Host-id', cookie: { domain: 'example.org' } }), fault)
    assertAccepted({ cookieName: '__Secure-id', cookie: { path: '/app', domain: 'example.org' } })
  })
})

test('the options of the application stay as they were', () => {
  const cookie = Object.freeze({ maxAge: 1_000 })
  const { host } = checkOptions(Object.freeze({ ...sound, cookie }))
  assert.deepEqual(host.cookie, cookie)
  assert.notEqual(host.cookie, cookie)
})

test('a cookie whose name is a property of every object is refused at start', () => {
  for (const cookieName of ['__proto__', 'constructor', 'hasOwnProperty', 'toString'])
    assert.match(refusal({ ...sound, cookieName }), /cookieName is a property of every object; choose another name/)
})

test('hosts and paths that a cookie can carry are accepted', () => {
  for (const domain of ['example.com', '.example.com', 'localhost', 'xn--mnchen-3ya.de', 'a-b.example'])
    assertAccepted({ ...sound, cookie: { domain } })
  for (const path of ['/', '/app', '/a%3Bb/c d', '/~ada']) assertAccepted({ ...sound, cookie: { path } })
})
