import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { deserialize, serialize } from 'node:v8'
import type { FastifyInstance } from 'fastify'
import { Packr } from 'msgpackr'
import type { StoredSessionOptions, StoreOptions } from '../../src/index.ts'
import { memoryStorage } from '../../src/testing/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { importRow } from '../importing/imported-rows.ts'
import { type AppSession, addRotateRoute, openApp, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { logTo } from '../support/log-lines.ts'
import { allRows, storedRow } from '../support/rows.ts'
import { load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, storesOn } from '../support/stores.ts'
import { signIn } from '../support/visitor.ts'

type Serializer = NonNullable<StoreOptions['serializer']>

function nested(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = wrap(value)
  return value
}

const WRAPS: Record<string, (inner: unknown) => unknown> = {
  lists: (inner) => [inner],
  objects: (inner) => ({ inner }),
  'values of maps': (inner) => new Map([['inner', inner]]),
  'keys of maps': (inner) => new Map([[inner, 1]]),
  sets: (inner) => new Set([inner]),
  'causes of errors': (cause) => new Error('outer', { cause }),
}

/** Each entry leads to the one before, so that only the last is nested deep. */
function linked(length: number): unknown[] {
  const entries: unknown[] = []
  for (let n = 0; n < length; n++) entries.push({ previous: entries.at(-1) })
  return entries
}

const v8 = { serialize: (content: object) => serialize(content), deserialize: (bytes: Buffer) => deserialize(bytes) }

/** Brings back what is nested without end, once asked for. */
function endlessSerializer() {
  let isAsked = false
  return {
    serialize: v8.serialize,
    deserialize: (bytes: Buffer) => ({
      ...v8.deserialize(bytes),
      ...(isAsked && { deep: nested(20_000, WRAPS.objects!) }),
    }),
    ask() {
      isAsked = true
    },
  }
}

const SERIALIZERS: Record<string, Serializer> = { msgpack: 'msgpack', json: 'json', hybrid: 'hybrid', custom: v8 }

interface Line {
  err?: { code?: string; path?: string; reason?: string; message?: string }
}

forEachDatabase((target) => {
  describe('a session that is nested too deep', () => {
    const suite = appSuite(target)
    let change: (session: AppSession) => unknown = () => {}
    let lines: Line[] = []

    const open = (options: Partial<StoredSessionOptions>): Promise<FastifyInstance> =>
      suite.open({
        options,
        server: logTo<Line>((line) => void lines.push(line)),
        routes: (app) => {
          addRotateRoute(app)
          app.post('/apply', async (request) => {
            await change(sessionOf(request))
            return {}
          })
        },
      })

    for (const [name, serializer] of Object.entries(SERIALIZERS)) {
      test(`is refused by its code, with a short path, in every way to save it with ${name}`, async () => {
        const app = await open({ serializer, errorPaths: true })
        const { sessionId } = await signIn(app)
        const before = await allRows(suite.database)
        const wraps = name === 'json' ? [WRAPS.lists!, WRAPS.objects!] : Object.values(WRAPS)
        const values = wraps.flatMap((wrap) => [nested(500, wrap), nested(20_000, wrap)])
        for (const value of name === 'msgpack' ? [...values, linked(501)] : values) {
          for (const apply of [
            (session: AppSession) => void Object.assign(session, { deep: value }),
            (session: AppSession) => Object.assign(session, { deep: value }).save(),
            (session: AppSession) => Object.assign(session, { deep: value }).regenerate(['deep' as never]),
          ]) {
            const isEnding = /regenerate/.test(String(apply))
            for (const cookies of isEnding ? [{}] : [{ sessionId }, {}]) {
              change = apply
              lines = []
              const response = await app.inject({ method: 'POST', url: '/apply', cookies })
              assert.deepEqual(
                [response.statusCode, response.json().code],
                [500, 'FST_STORED_SESSION_UNSTORABLE'],
                response.body,
              )
              const { path = '', reason } = lines.find(({ err }) => err)?.err ?? {}
              assert.equal(reason, 'it is nested more than 500 levels deep')
              assert.ok(path.startsWith('deep') && path.length < 500, path)
            }
          }
        }
        assert.deepEqual(await allRows(suite.database), before)
        assert.equal((await app.inject({ url: '/me', cookies: { sessionId } })).json().userId, 'ada')
      })
    }

    test('is read, saved and rotated up to the limit', async () => {
      for (const serializer of ['msgpack', v8] as const) {
        const app = await open({ serializer })
        const { sessionId } = await signIn(app)
        const cookies = { sessionId }
        const values = [...Object.values(WRAPS).map((wrap) => nested(499, wrap)), linked(50)]
        for (const value of values) {
          change = (session) => void Object.assign(session, { deep: value })
          assert.equal((await app.inject({ method: 'POST', url: '/apply', cookies })).statusCode, 200)
          assert.equal((await app.inject({ url: '/me', cookies })).json().userId, 'ada')
        }
        assert.equal((await app.inject({ method: 'POST', url: '/rotate', cookies })).json().rotated, true)
      }
    })

    test('is an empty session when a serializer brings it back, and ends no process', async () => {
      const endless = endlessSerializer()
      const app = await open({ serializer: endless })
      const { sessionId } = await signIn(app)
      endless.ask()
      for (let n = 0; n < 2; n++) {
        const response = await app.inject({ url: '/me', cookies: { sessionId } })
        assert.deepEqual([response.statusCode, response.json()], [200, { endReason: 'unreadable' }])
      }
    })
  })

  describe('a row that is nested too deep', () => {
    const suite = storesOn(target)
    const packr = new Packr({ structuredClone: true })
    const json = (levels: number) => Buffer.from(`{"cookie":{},"deep":${'['.repeat(levels)}${']'.repeat(levels)}}`)
    const msgpack = (levels: number, wrap: string) => packr.pack({ cookie: {}, deep: nested(levels, WRAPS[wrap]!) })
    const endlessLists = Buffer.concat([
      packr.pack({ cookie: {}, deep: null }).subarray(0, -1),
      Buffer.alloc(20_000, 0x91),
      Buffer.from([1]),
    ])
    const ROWS: [what: string, bytes: Buffer, serializer: Serializer][] = [
      ['500 lists in JSON', json(500), 'json'],
      ['20,000 lists in JSON', json(20_000), 'hybrid'],
      ['500 lists in msgpack', msgpack(500, 'lists'), 'msgpack'],
      ['500 values of maps in msgpack', msgpack(500, 'values of maps'), 'hybrid'],
      ['500 sets in msgpack', msgpack(500, 'sets'), 'msgpack'],
      ['20,000 lists in msgpack', endlessLists, 'msgpack'],
    ]

    for (const [what, bytes, serializer] of ROWS) {
      test(`is unreadable: ${what}`, async () => {
        const id = newId()
        const writing = await suite.another({ serializer: { ...v8, serialize: () => bytes } })
        await save(writing, id, newSession({ n: 1 }))
        const store = await suite.another({ serializer })
        const reasons: string[] = []
        store.events.on('unreadable', ({ reason }) => void reasons.push(reason))
        const row = await storedRow(suite.database, id)
        assert.equal(await load(store, id), null)
        assert.deepEqual(reasons, ['not decodable'])
        assert.deepEqual(await storedRow(suite.database, id), row)
      })
    }

    test('is skipped by an import, and unreadable where it was imported in plaintext', async () => {
      const store = await suite.another({ acceptUnencrypted: { until: new Date(Date.now() + 3_600_000) } })
      const other = await suite.another({ serializer: v8 })
      const deep = [json(500), json(20_000), msgpack(500, 'sets'), endlessLists]
      for (const data of deep) {
        const id = newId()
        await importRow(suite.database, id, data)
        assert.equal(await load(store, id), null)
      }
      async function* source() {
        yield deep.map((data) => ({ id: newId(), data }))
      }
      for (const importing of [store, other]) {
        const { imported, skipped } = await importing.import(source())
        assert.deepEqual([imported, skipped.unstorable + skipped.unreadable], [0, deep.length])
      }
    })

    test('is not made by merging two sessions up to the limit', async () => {
      const { store } = suite
      const id = newId()
      await save(store, id, newSession({ n: 1 }))
      const [one, other] = [await loaded(store, id), await loaded(store, id)]
      for (const [name, wrap] of Object.entries(WRAPS)) {
        one[name] = nested(499, wrap)
        other[name] = nested(498, wrap)
      }
      await save(store, id, one)
      other.n = 2
      await save(store, id, other)
      assert.equal((await loaded(store, id)).n, 2)
    })
  })
})

test('a session of very many keys is refused by its size', async () => {
  const app = await openApp(memoryStorage(), {
    routes: (routes) =>
      routes.post('/wide', async (request) => {
        const entries = Array.from({ length: 100_000 }, (_, n) => [`name-of-entry-${n}`, n])
        Object.assign(request.session, { wide: Object.fromEntries(entries) })
      }),
  })
  after(() => app.close())
  const response = await app.inject({ method: 'POST', url: '/wide' })
  assert.equal(response.json().code, 'FST_STORED_SESSION_TOO_LARGE', response.body)
})

test('a session nested too deep that is dropped over plain http is told by the warning, and is no failure', async () => {
  const lines: { msg?: string }[] = []
  const app = await openApp(memoryStorage(), {
    options: { cookie: { secure: true } },
    server: logTo<{ msg?: string }>((line) => void lines.push(line)),
    routes: (routes) =>
      routes.post('/deep', async (request) => {
        sessionOf(request).deep = nested(20_000, WRAPS.objects!)
        return {}
      }),
  })
  after(() => app.close())
  const response = await app.inject({ method: 'POST', url: '/deep' })
  assert.equal(response.statusCode, 200, response.body)
  assert.ok(lines.some(({ msg }) => msg?.includes('cookie.secure is on and the connection is not https')))
})
