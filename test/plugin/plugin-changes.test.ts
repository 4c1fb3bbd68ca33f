import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { type AppSession, Browser, cookieLines, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { storedRow } from '../support/rows.ts'

type Change = (session: AppSession) => unknown

interface Contents {
  map: Map<string, unknown>
  tags: Set<unknown>
  date: Date
  array: Uint16Array
  bytes: Buffer
  deep: { list: { map: Map<string, number[]> }[] }
}

const contentsOf = (session: AppSession) => session as unknown as Contents & AppSession

/** Changes in place, most of which a comparison through JSON does not see. */
const CHANGES: Record<string, Change> = {
  'an entry of a Map': (session) => contentsOf(session).map.set('key', 'changed'),
  'a deleted entry of a Map': (session) => contentsOf(session).map.delete('key'),
  'a member of a Set': (session) => contentsOf(session).tags.add('changed'),
  'a date in place': (session) => contentsOf(session).date.setTime(1),
  'an element of a typed array': (session) => contentsOf(session).array.set([7], 1),
  'a byte of a Buffer': (session) => contentsOf(session).bytes.writeUInt8(7, 1),
  'a list inside a Map inside a list': (session) => contentsOf(session).deep.list[0]!.map.get('numbers')!.push(9),
  'a BigInt': (session) => Object.assign(session, { big: 2n ** 80n + 1n }),
  'NaN to Infinity': (session) => Object.assign(session, { number: Number.POSITIVE_INFINITY }),
  'null to undefined': (session) => Object.assign(session, { nothing: undefined }),
  'a Map to an object': (session) => Object.assign(session, { map: {} }),
  'a text': (session) => Object.assign(session, { text: 'changed' }),
  'a key that was not there': (session) => Object.assign(session, { fresh: true }),
  'a deleted key': (session) => delete session.text,
}

function initialContents(): Record<string, unknown> {
  return {
    map: new Map([['key', 'value']]),
    tags: new Set(['member']),
    date: new Date(0),
    array: new Uint16Array([1, 2, 3]),
    bytes: Buffer.from('bytes'),
    deep: { list: [{ map: new Map([['numbers', [1, 2]]]) }] },
    big: 2n ** 80n,
    number: Number.NaN,
    nothing: null,
    text: 'text',
  }
}

// Without the symbols under which the host keeps what is its own.
function dataOf(session: AppSession): Record<string, unknown> {
  return Object.fromEntries(Object.entries(session).filter(([key]) => key !== 'cookie'))
}

forEachDatabase((target) => {
  const suite = appSuite(target)
  let app: FastifyInstance
  let change: Change = () => {}
  let seen: Record<string, unknown> = {}

  before(async () => {
    app = await suite.open({
      routes(app) {
        app.post('/begin', async (request) => {
          Object.assign(request.session, initialContents())
          return { id: request.session.sessionId }
        })
        app.post('/apply', async (request) => {
          change(sessionOf(request))
          return {}
        })
        app.get('/see', async (request) => {
          seen = dataOf(sessionOf(request))
          return {}
        })
      },
    })
  })

  for (const [name, apply] of Object.entries(CHANGES)) {
    test(`a change of ${name} is saved, once`, async () => {
      const browser = new Browser(app)
      const { id } = (await browser.post('/begin')).json()
      change = apply
      const response = await browser.post('/apply')
      assert.equal(response.statusCode, 200)
      assert.ok(cookieLines(response).length <= 1)
      const expected = initialContents()
      apply(expected as AppSession)
      await browser.get('/see')
      assert.deepStrictEqual(seen, expected)
      assert.equal((await storedRow(suite.database, id)).version, 2)
    })
  }

  test('a change that is taken back within the request is none', async () => {
    const browser = new Browser(app)
    const { id } = (await browser.post('/begin')).json()
    change = (session) => {
      contentsOf(session).map.set('key', 'changed')
      contentsOf(session).map.set('key', 'value')
      session.text = 'changed'
      session.text = 'text'
    }
    await browser.post('/apply')
    assert.equal((await storedRow(suite.database, id)).version, 1)
  })
})
