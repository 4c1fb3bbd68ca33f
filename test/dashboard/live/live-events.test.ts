import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { databases, forEachDatabase } from '../../harness/databases.ts'
import { appSuite } from '../../support/app-suite.ts'
import { counted } from '../../support/counting.ts'
import { addressOf } from '../../support/http-visitor.ts'
import { until } from '../../support/until.ts'
import { DASHBOARD, dashboardRoutes, Operator, signIn, withEverything } from '../dashboard-app.ts'
import { EventReader } from './event-reader.ts'

const readers: EventReader[] = []
const watch = async (address: string, headers?: Record<string, string>) => {
  const reader = await EventReader.open(address, headers)
  readers.push(reader)
  return reader
}
const has = (reader: EventReader, ...words: (string | RegExp)[]) =>
  until(`${words} come`, () => reader.items.some((item) => words.every((word) => item.match(word))))

forEachDatabase((target) => {
  describe('events as they come', () => {
    const suite = appSuite(target)
    afterEach(() => {
      for (const reader of readers.splice(0)) reader.close()
    })

    test('are those of sessions in all processes, once each, from the history', async () => {
      const setup = { options: withEverything, routes: dashboardRoutes() }
      const [one, other] = [await suite.open(setup), await suite.open(setup)]
      const reader = await watch(await addressOf(other))
      assert.equal(reader.status, 200)
      assert.match(reader.headers.get('content-type')!, /^text\/event-stream/)
      assert.match(reader.headers.get('cache-control')!, /no-store/)
      const { handle, id, browser } = await signIn(one, 'ada', { country: 'DE' })
      await browser.post('/logout')
      await has(reader, /Session began/, /Germany/, handle)
      await has(reader, /Ended/, /signed out/, />ada</)
      assert.ok(!reader.text.includes(id), 'no id of a session')
      await has(await watch(await addressOf(one)), /Session began/)
      const begun = reader.items.filter((item) => item.includes(handle) && item.includes('Session began'))
      assert.equal(begun.length, 1)
    })

    test('are those of this process without a history', async () => {
      const { history: _, ...options } = withEverything
      const app = await suite.open({ options: { ...options, maxPerUser: 1 }, routes: dashboardRoutes() })
      const reader = await watch(await addressOf(app))
      const { handle } = await signIn(app, 'tim')
      await has(reader, 'Session began', handle)
      await signIn(app, 'tim')
      await has(reader, 'Ended for a newer session', handle)
      const { browser } = await signIn(app, 'lea')
      await browser.post('/logout')
      await has(reader, 'Signed out')
      await app.storedSession.revoke({ all: true })
      await has(reader, 'Ended by an operator', /1 session/)
    })

    test('are read by one statement for all who watch', async () => {
      const client = suite.closing(counted(suite.database))
      const app = await suite.openOn(client.drizzle, { options: withEverything, routes: dashboardRoutes() })
      const address = await addressOf(app)
      const all = await Promise.all(Array.from({ length: 6 }, () => watch(address)))
      await signIn(app, 'ada')
      await app.storedSession.flush()
      client.statements.length = 0
      await Promise.all(all.map((reader) => has(reader, 'Session began')))
      assert.equal(client.statements.length, 1)
    })
  })
})

describe('the stream of events', () => {
  const suite = appSuite(databases[0]!)
  const openStream = async (options = {}): Promise<[FastifyInstance, string]> => {
    const app = await suite.open({ options: withEverything, routes: dashboardRoutes(options) })
    return [app, await addressOf(app)]
  }
  afterEach(() => {
    for (const reader of readers.splice(0)) reader.close()
  })

  test('tells of faults and warnings by their codes, and of no address, name or key', async () => {
    const [app, address] = await openStream()
    const reader = await watch(address)
    const { events } = app.storedSession.store
    const error = Object.assign(new Error('10.0.0.7 broke'), { code: 'FST_X', cause: { code: 'ECONNRESET' } })
    const sid = `2::${'a'.repeat(64)}`
    events.emit('fault', { operation: 'write', error })
    await has(reader, /class="bad"/, 'could not be saved: FST_X, caused by ECONNRESET')
    events.emit('conflict', { sid, keys: ['secret_plan'] })
    await has(reader, 'changed the same keys', sid)
    events.emit('metadataFailure', { what: 'location', error: new Error('ldap://secret') })
    await has(reader, 'Metadata of a request is missing', 'unknown')
    events.emit('backlog', { backlog: 5, rounds: 3 })
    await has(reader, /class="warn"/, 'Trimming does not keep up')
    events.emit('backgroundError', { work: 'trim', error })
    events.emit('historyDropped', { events: 2 })
    await has(reader, 'Events of the history were lost', '2 events')
    assert.doesNotMatch(reader.text, /10\.0\.0\.7|secret/)
  })

  test('escapes all values, and no value begins a field of the protocol', async () => {
    const [app, address] = await openStream()
    const reader = await watch(address)
    const user = `<img src=x onerror=alert(1)>\n\nevent: skipped\ndata: 7\n\n"'`
    await signIn(app, user)
    await has(reader, '&lt;img src=x onerror=alert\\(1\\)&gt;')
    assert.ok(!reader.text.includes('<img'))
    assert.ok(!/^event:/m.test(reader.text))
  })

  test('is refused to the eleventh browser, until another one leaves', async () => {
    const [, address] = await openStream()
    const all = await Promise.all(Array.from({ length: 10 }, () => watch(address)))
    const refused = await watch(address)
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '60'])
    await until('it says why', () => /At most 10 browsers watch/.test(refused.text))
    all[3]!.close()
    await until('a place is free', async () => (await watch(address)).status === 200)
  })

  test('is given to operators alone', async () => {
    const [, address] = await openStream()
    assert.equal((await watch(address, { 'x-may': 'revoke' })).status, 403)
    const { status } = await fetch(`${address}${DASHBOARD}/live/events`, { headers: { accept: 'text/event-stream' } })
    assert.equal(status, 403)
  })

  test('ends when the application closes, and keeps it from nothing', async () => {
    const [app, address] = await openStream()
    const reader = await watch(address)
    await until('it begins', () => reader.text !== '')
    const began = performance.now()
    await app.close()
    assert.ok(performance.now() - began < 5_000)
    await until('it ends', () => reader.isEnded)
  })

  test('is no stream for a client that does not ask for one', async () => {
    const [app] = await openStream()
    app.storedSession.store.events.emit('historyDropped', { events: 2 })
    const operator = new Operator(app)
    assert.match((await operator.show('/live/events')).body, /^data: ".*were lost.*"\n\n$/)
    const page = (await operator.show('/live')).body
    assert.match(page, /<ol class="events" id="live" data-events="\/admin\/sessions\/live\/events">\s*<li .*were lost/)
    assert.match(page, /<button type="button" class="button" id="live-pause" aria-pressed="false" hidden>/)
  })

  test('goes on when the history cannot be read, says so once, and shows what came meanwhile', async () => {
    const app = await suite.open({ options: withEverything, routes: dashboardRoutes() })
    const { store } = app.storedSession
    const { history } = store
    const operator = new Operator(app)
    store.history = async () => {
      throw Object.assign(new Error('away'), { code: 'FST_STORED_SESSION_UNAVAILABLE' })
    }
    const { statusCode, body } = await operator.show('/live')
    assert.equal(statusCode, 200)
    assert.equal(body.match(/The history cannot be read/g)?.length, 1)
    await signIn(app, 'ada')
    store.history = history
    await until('it is read again', async () => />ada</.test((await operator.show('/live')).body))
  })
})
