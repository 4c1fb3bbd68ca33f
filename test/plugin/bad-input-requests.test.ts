import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { FastifyInstance, LightMyRequestResponse as Response } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { type AppSession, cookieLines, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { allRows, storedRow } from '../support/rows.ts'
import { secret } from '../support/stores.ts'
import { signIn, type Visitor } from '../support/visitor.ts'

type Change = (session: AppSession) => unknown

/** A change that sets this. */
const setting =
  (content: object): Change =>
  (session) =>
    Object.assign(session, content)

/** A change that sets this of the cookie. */
const settingCookie =
  (flags: object): Change =>
  (session) =>
    Object.assign(session.cookie, flags)

const defining =
  (name: string): Change =>
  (session) =>
    Object.defineProperty(session, name, { value: 'x', enumerable: true, writable: true, configurable: true })

const hiddenMapOf = (session: AppSession) => session.hidden as Map<string, unknown>

/** All that a client is told of what cannot be stored. */
const PLAIN = 'The session cannot be stored, so nothing was written'

/** Changes that cannot be stored, each with the path of what is refused. */
const UNSTORABLE: [path: string, change: Change][] = [
  ['act', setting({ act: () => {} })],
  ['cart.items[1].mark', setting({ cart: { items: [{}, { mark: Symbol('x') }] } })],
  ['promise', setting({ promise: Promise.resolve() })],
  ['map.get("f")', setting({ map: new Map([['f', () => {}]]) })],
  ['hidden.get("f")', (session) => hiddenMapOf(session).set('f', () => {})],
  ['nested.__proto__', setting({ nested: JSON.parse('{"__proto__": {"admin": true}}') })],
]

const METHODS = ['save', 'touch', 'destroy', 'regenerate', 'reload', 'options', 'isModified', 'isSaved', 'set', 'get']

/** Names that a session cannot have, and ways to give them to it. */
const RESERVED: [name: string, change: Change][] = [
  ...METHODS.map((name): [string, Change] => [name, setting({ [name]: 'x' })]),
  ['constructor', defining('constructor')],
  ['sessionId', defining('sessionId')],
  ['__proto__', defining('__proto__')],
  ['__proto__', setting(JSON.parse('{"__proto__": {"admin": true}, "n": 2}'))],
  ['__proto__', setting(JSON.parse('{"__proto__": {"sessionId": "x", "encryptedSessionId": "y", "isModified": 1}}'))],
  ['__proto__', (session) => session.set('__proto__' as never, { admin: true } as never)],
  ['$storedSession', setting({ $storedSession: 'mine' })],
]

forEachDatabase((target) => {
  const suite = appSuite(target)
  let app: FastifyInstance
  let change: Change = () => {}
  const logged: { path?: string; reason?: string }[] = []

  before(async () => {
    app = await suite.open({
      options: { maxBytes: 5_000, errorPaths: true },
      server: { logger: { level: 'error', stream: { write: (line) => void logged.push(JSON.parse(line).err) } } },
      routes(app) {
        app.post('/apply', async (request) => {
          await change(sessionOf(request))
          return { applied: true }
        })
      },
    })
  })

  async function visitor(): Promise<Visitor> {
    const visitor = await signIn(app)
    change = setting({ n: 1, hidden: new Map([['key', 'value']]) })
    await visitor.post('/apply')
    return visitor
  }

  /** Applies a change that is to be refused: an error, nothing written, the cookie as it was. */
  async function refused(apply: Change): Promise<Response> {
    const somebody = await visitor()
    const before = await storedRow(suite.database, somebody.id)
    change = apply
    const response = await somebody.post('/apply')
    assert.equal(response.statusCode, 500)
    assert.deepEqual(cookieLines(response), [])
    assert.deepEqual(await storedRow(suite.database, somebody.id), before)
    assert.deepEqual(await somebody.me(), { userId: 'ada', n: 1 })
    for (const hidden of [somebody.id, somebody.sessionId, secret]) assert.ok(!response.body.includes(hidden))
    assert.ok(!('admin' in {}))
    return response
  }

  test('a session over maxBytes is an error with its sizes, and nothing is written', async () => {
    const { code, message } = (await refused(setting({ note: 'x'.repeat(6_000) }))).json()
    assert.equal(code, 'FST_STORED_SESSION_TOO_LARGE')
    assert.match(message, /^The session takes \d+ bytes, \d+ more than maxBytes \(5000\) allows/)
  })

  test('a session over maxBytes through a change that JSON does not show is the same error', async () => {
    const response = await refused((session) => hiddenMapOf(session).set('key', 'x'.repeat(6_000)))
    assert.equal(response.json().code, 'FST_STORED_SESSION_TOO_LARGE')
  })

  for (const [path, apply] of UNSTORABLE) {
    test(`${path} that cannot be stored is an error that the log names, and nothing is written`, async () => {
      const { code, message } = (await refused(apply)).json()
      assert.equal(code, 'FST_STORED_SESSION_UNSTORABLE')
      assert.equal(message, PLAIN)
      assert.equal(logged.at(-1)?.path, path)
    })
  }

  for (const [index, [name, apply]] of RESERVED.entries()) {
    test(`the name ${name} is refused, and shadows nothing for ever (${index + 1})`, async () => {
      const { code, message } = (await refused(apply)).json()
      assert.equal(code, 'FST_STORED_SESSION_UNSTORABLE')
      assert.equal(message, PLAIN)
      assert.deepEqual([logged.at(-1)?.path, logged.at(-1)?.reason], [name, 'this name is reserved'])
    })
  }

  test('a new session that cannot be stored gets no row and no cookie', async () => {
    await suite.database.query('DELETE FROM stored_sessions')
    for (const [apply, code] of [
      [setting({ act: () => {} }), 'FST_STORED_SESSION_UNSTORABLE'],
      [setting({ save: 'x' }), 'FST_STORED_SESSION_UNSTORABLE'],
      [setting({ note: 'x'.repeat(6_000) }), 'FST_STORED_SESSION_TOO_LARGE'],
    ] as const) {
      change = apply
      const response = await app.inject({ method: 'POST', url: '/apply' })
      assert.deepEqual([response.statusCode, response.json().code, cookieLines(response)], [500, code, []])
    }
    assert.deepEqual(await allRows(suite.database), [])
  })

  test('a lifetime that no cookie can carry is an error that names the right form, and the session stays', async () => {
    for (const [flags, path, form] of [
      [{ expires: 'tomorrow' }, 'cookie.expires', /^must be a Date of the years 1601 to 9999/],
      [{ expires: Date.now() + 60_000 }, 'cookie.expires', /^must be a Date/],
      [{ expires: new Date(Number.NaN) }, 'cookie.expires', /^must be a Date/],
      [{ expires: new Date(Date.UTC(10_000, 0)) }, 'cookie.expires', /^must be a Date/],
      [{ maxAge: '60000' }, 'cookie.maxAge', /^must be a number of milliseconds/],
      [{ maxAge: Number.NaN }, 'cookie.maxAge', /^must be a number/],
      [{ maxAge: new Date() }, 'cookie.maxAge', /^must be a number/],
      [{ maxAge: 300_000_000_000_000 }, 'cookie.maxAge', /^must be a number/],
    ] as const) {
      for (const save of [false, true]) {
        const response = await refused(async (session) => {
          Object.assign(session.cookie, flags)
          if (save) await session.save()
        })
        const { code, message } = response.json()
        const { reason } = logged.at(-1)!
        assert.equal(code, 'FST_STORED_SESSION_UNSTORABLE')
        assert.equal(message, `${PLAIN}: session.${path} ${reason}`)
        assert.equal(logged.at(-1)?.path, path)
        assert.match(reason!, form)
      }
    }
  })

  test('a handler that catches the refusal can set the right form, and saves what it has', async () => {
    const somebody = await visitor()
    change = async (session) => {
      session.n = 2
      session.cookie.expires = 'tomorrow' as never
      await assert.rejects(session.save(), { code: 'FST_STORED_SESSION_UNSTORABLE' })
      session.cookie.expires = new Date(Date.now() + 3_600_000)
    }
    assert.equal((await somebody.post('/apply')).statusCode, 200)
    assert.deepEqual(await somebody.me(), { userId: 'ada', n: 2 })
  })

  test('a cookie that is no cookie is an error of this request, and of no other', async () => {
    for (const apply of [
      setting({ cookie: null }),
      settingCookie({ expires: 'tomorrow' }),
      settingCookie({ maxAge: Number.NaN }),
      settingCookie({ maxAge: 1e300 }),
      settingCookie({ maxAge: 8.6e15 }),
      settingCookie({ expires: new Date(8.64e15) }),
      settingCookie({ expires: new Date(Date.UTC(10_000, 0)) }),
      settingCookie({ expires: new Date(Date.UTC(1_600, 0)) }),
      settingCookie({ domain: 'no; domain' }),
      settingCookie({ sameSite: 'sometimes' }),
    ]) {
      const response = await refused((session) => {
        session.n = 2
        apply(session)
      })
      assert.equal(response.json().code, 'FST_STORED_SESSION_UNSTORABLE')
    }
  })

  test('save() refuses a cookie whose date no cookie can carry, and the session stays as it was', async () => {
    for (const flags of [{ maxAge: 1e300 }, { expires: new Date(8.64e15) }]) {
      const response = await refused(async (session) => {
        Object.assign(session.cookie, flags)
        await session.save()
      })
      assert.equal(response.json().code, 'FST_STORED_SESSION_UNSTORABLE')
    }
  })
})
