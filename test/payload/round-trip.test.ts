import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type DatabaseTarget, forEachDatabase } from '../harness/databases.ts'
import { changesInPlace, refused, values } from '../round-trip/values.ts'
import { type AppSession, Browser, cookieLines, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { storedRow } from '../support/rows.ts'

/** Every place in a session where a value can be. */
const placed = (value: unknown) => ({
  'at the top': value,
  nested: { deep: { deeper: value } },
  list: [[value], value],
  map: new Map<unknown, unknown>([['value', value]]),
  members: new Set([[value]]),
})

const entries = Object.entries(values())

forEachDatabase((target) => {
  for (const rolling of [true, false]) {
    describe(`rolling ${rolling ? 'on' : 'off'}`, () => defineRoundTrips(target, rolling))
  }
})

function defineRoundTrips(target: DatabaseTarget, rolling: boolean): void {
  const suite = appSuite(target)
  let app: FastifyInstance
  const logged: { path?: string }[] = []
  let handle: (session: AppSession) => unknown = () => {}
  const browserWith = async (content: object) => {
    const browser = new Browser(app)
    handle = (session) => Object.assign(session, content)
    const response = await browser.post('/handle')
    assert.equal(response.statusCode, 200, response.body)
    return { browser, response, id: response.json().id as string }
  }
  const seenBy = async (browser: Browser) => {
    let seen: Record<string, unknown> = {}
    handle = (session) => {
      seen = Object.fromEntries(Object.entries(session).filter(([key]) => key !== 'cookie'))
    }
    const response = await browser.post('/handle')
    return { seen, response }
  }

  before(async () => {
    app = await suite.open({
      options: { rolling, errorPaths: true },
      server: { logger: { level: 'error', stream: { write: (line) => void logged.push(JSON.parse(line).err) } } },
      routes(app) {
        app.post('/handle', async (request) => {
          const { sessionId } = request.session
          await handle(sessionOf(request))
          return { id: sessionId }
        })
      },
    })
  })

  test('every type comes back as it went in, wherever it is, and reading it is no change', async () => {
    for (const [type, value] of entries) {
      const { browser, id } = await browserWith(placed(value))
      for (const _visit of ['first', 'second']) {
        const { seen, response } = await seenBy(browser)
        assert.deepStrictEqual(seen, placed(value), type)
        assert.deepEqual(cookieLines(response), [], type)
      }
      assert.equal((await storedRow(suite.database, id)).version, 1, type)
    }
  })

  test('all types in one session come back as they went in, and reading them is no change', async () => {
    const { browser, id } = await browserWith(values())
    for (const _visit of ['first', 'second', 'third']) {
      assert.deepStrictEqual((await seenBy(browser)).seen, values())
    }
    assert.equal((await storedRow(suite.database, id)).version, 1)
  })

  test('a change in place of every type that can change is saved, once', async () => {
    for (const [change, { value, apply }] of Object.entries(changesInPlace)) {
      const { browser, id } = await browserWith({ holder: { inside: new Map([['value', value()]]) } })
      handle = (session) => apply(holderOf(session))
      assert.equal((await browser.post('/handle')).statusCode, 200, change)
      const expected = new Map<string, unknown>([['value', value()]])
      apply(expected)
      assert.deepStrictEqual((await seenBy(browser)).seen, { holder: { inside: expected } }, change)
      assert.equal((await storedRow(suite.database, id)).version, 2, change)
    }
  })

  test('what cannot be stored is refused by its path, and the session keeps what it had', async () => {
    for (const [what, { value, path }] of Object.entries(refused())) {
      const { browser, id } = await browserWith({ kept: 1 })
      handle = (session) => Object.assign(session, { kept: 2, cart: { items: [value] } })
      const response = await browser.post('/handle')
      assert.equal(response.statusCode, 500, what)
      assert.equal(response.json().code, 'FST_STORED_SESSION_UNSTORABLE', what)
      assert.equal(logged.at(-1)?.path, `cart.items[0]${path}`, what)
      assert.deepStrictEqual((await seenBy(browser)).seen, { kept: 1 }, what)
      assert.equal((await storedRow(suite.database, id)).version, 1, what)
    }
  })
}

function holderOf(session: AppSession): Map<string, unknown> {
  return (session as unknown as { holder: { inside: Map<string, unknown> } }).holder.inside
}
