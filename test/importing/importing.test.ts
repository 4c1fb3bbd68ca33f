import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, describe, mock, test } from 'node:test'
import { openSource } from '../../src/importing/sources.ts'
import type { ForeignSession, ImportOptions, StoredSessionStore } from '../../src/index.ts'
import { databases, forEachDatabase } from '../harness/databases.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { allRows, rowOf, storedRow } from '../support/rows.ts'
import { contentOf, destroy, loaded, save } from '../support/sessions.ts'
import { newId, storesOn } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'

const HOUR = 3_600_000

function sessionOf(content: object, id = newId(), expiresAt?: number): ForeignSession {
  return { id, data: Buffer.from(JSON.stringify({ cookie: {}, ...content })), expiresAt }
}

async function* inBatches(sessions: readonly ForeignSession[], size = 50): AsyncGenerator<ForeignSession[]> {
  for (let begin = 0; begin < sessions.length; begin += size) yield sessions.slice(begin, begin + size)
}

const take = (store: StoredSessionStore, sessions: readonly ForeignSession[], options?: ImportOptions) =>
  store.import(inBatches(sessions), options)

/** The reasons that there were, and how often. */
const reasons = (skipped: Record<string, number>) =>
  Object.fromEntries(Object.entries(skipped).filter(([, count]) => count > 0))

forEachDatabase((target) => {
  describe('an import', () => {
    const stores = storesOn(target, { user: userIdOf, maxBytes: 1_000 })
    const rows = () => allRows(stores.database)

    test('can be repeated: what is there is left alone and counted', async () => {
      const { store } = stores
      const sessions = Array.from({ length: 60 }, (_, n) => sessionOf({ userId: 'ada', n }))
      const first = await take(store, sessions)
      assert.deepEqual([first.read, first.imported, first.complete], [60, 60, true])
      const changed = await loaded(store, sessions[7]!.id)
      changed.n = 'changed'
      await save(store, sessions[7]!.id, changed)
      await destroy(store, sessions[8]!.id)

      const again = await take(store, [...sessions, sessionOf({ userId: 'late' })])
      assert.deepEqual([again.read, again.imported, reasons(again.skipped)], [61, 1, { exists: 60 }])
      assert.deepEqual(contentOf(await loaded(store, sessions[7]!.id)), { userId: 'ada', n: 'changed' })
      assert.equal((await storedRow(stores.database, sessions[8]!.id)).endReason, 'destroyed')
    })

    test('takes each session once, when two run at a time or the source names one twice', async () => {
      const sessions = Array.from({ length: 120 }, (_, n) => sessionOf({ n }))
      const other = await stores.another()
      const results = await Promise.all([take(stores.store, sessions), take(other, sessions)])
      const sum = (count: (result: (typeof results)[0]) => number) => count(results[0]!) + count(results[1]!)
      assert.deepEqual([sum(({ imported }) => imported), sum(({ skipped }) => skipped.exists)], [120, 120])
      const twice = sessionOf({ n: 1 })
      const { imported, skipped } = await take(stores.store, [twice, twice])
      assert.deepEqual([imported, reasons(skipped)], [1, { exists: 1 }])
    })

    test('with dryRun counts the same, and writes nothing', async () => {
      const known = sessionOf({ n: 0 })
      await take(stores.store, [known])
      const sessions = [known, sessionOf({ n: 1 }), sessionOf({ n: 2 }), sessionOf({ n: 3 }, newId(), 1)]
      const before = (await rows()).length
      const rehearsal = await take(stores.store, sessions, { dryRun: true })
      assert.equal((await rows()).length, before)
      assert.deepEqual([rehearsal.imported, reasons(rehearsal.skipped)], [2, { exists: 1, over: 1 }])
      assert.deepEqual(await take(stores.store, sessions), rehearsal)
      assert.equal((await rows()).length, before + 2)
    })

    test('says why it leaves sessions out, and goes on', async () => {
      const sessions: ForeignSession[] = [
        sessionOf({}, newId(), Date.now() - 1),
        sessionOf({ cookie: { originalMaxAge: null, expires: new Date(Date.now() - HOUR) } }),
        sessionOf({}, ''),
        sessionOf({}, 'with a space'),
        sessionOf({}, 'x'.repeat(1_000)),
        { id: newId(), data: Buffer.from('{"cut') },
        { id: newId(), data: Buffer.from('[1]') },
        { id: newId(), data: Buffer.from('{"__proto__":{"admin":true},"cookie":{}}') },
        { id: newId(), data: Buffer.alloc(0) },
        sessionOf({ $storedSession: 1 }),
        sessionOf({ userId: 4.2 }),
        sessionOf({ text: 'x'.repeat(1_001) }),
        sessionOf({ n: 'kept' }),
      ]
      const { read, imported, skipped } = await take(stores.store, sessions)
      assert.deepEqual([read, imported], [sessions.length, 1])
      assert.deepEqual(reasons(skipped), { over: 2, invalidId: 3, unreadable: 4, unstorable: 2, tooLarge: 1 })
      for (const { id } of sessions.slice(0, -1)) assert.equal(await rowOf(stores.database, id), undefined)
    })

    test('keeps the date on which a session ends, within the timeouts of its new place', async () => {
      const soon = sessionOf({}, newId(), Date.now() + 0.5 * HOUR)
      const late = sessionOf({}, newId(), Date.now() + 24 * HOUR)
      const long = sessionOf({ cookie: { originalMaxAge: 72 * HOUR } }, newId(), Date.now() + 60 * HOUR)
      const longest = sessionOf({ cookie: { originalMaxAge: 2_400 * HOUR } }, newId(), Date.now() + 2_400 * HOUR)
      const now = Date.now()
      mock.timers.enable({ apis: ['Date'], now })
      await take(stores.store, [soon, late, long, longest])
      mock.timers.reset()
      const lives = async ({ id }: ForeignSession) => (await storedRow(stores.database, id)).expiresAt - now
      assert.equal(await lives(soon), soon.expiresAt! - now)
      assert.equal(await lives(late), 2 * HOUR)
      assert.equal(await lives(long), long.expiresAt! - now)
      assert.equal(await lives(longest), 30 * 24 * HOUR)
    })

    test('stops behind the batch in which it is told to, and its repetition takes the rest', async () => {
      const sessions = Array.from({ length: 200 }, (_, n) => sessionOf({ n }))
      const stop = new AbortController()
      const seen: number[] = []
      const onProgress = ({ read }: { read: number }) => {
        seen.push(read)
        if (read === 100) stop.abort()
      }
      const first = await take(stores.store, sessions, { signal: stop.signal, onProgress })
      assert.deepEqual([first.imported, first.complete, seen], [100, false, [50, 100]])
      const { imported, skipped, complete } = await take(stores.store, sessions)
      assert.deepEqual([imported, skipped.exists, complete], [100, 100, true])
    })

    test('asks for a batch only when the one before is stored', async () => {
      const sessions = Array.from({ length: 200 }, (_, n) => sessionOf({ n }))
      let ahead = 0
      async function* source() {
        for await (const batch of inBatches(sessions)) {
          const last = sessions[sessions.indexOf(batch[0]!) - 1]
          if (last && !(await rowOf(stores.database, last.id))) ahead++
          yield batch
        }
      }
      assert.equal((await stores.store.import(source())).imported, 200)
      assert.equal(ahead, 0)
    })

    test('leaves neither ids nor content in clear', async () => {
      const session = sessionOf({ word: 'a planted word' })
      await take(stores.store, [session])
      const dump = await stores.database.dump()
      for (const hidden of [session.id, 'a planted word']) assert.ok(!dump.includes(hidden))
    })

    test('seals for the cookie, where payloads are bound to it', async () => {
      const bound = await stores.another({ bindToCookie: true })
      const session = sessionOf({ n: 1 })
      await take(bound, [session])
      assert.deepEqual(contentOf(await loaded(bound, session.id)), { n: 1 })
      await assert.rejects(loaded(stores.store, session.id))
    })
  })
})

// Where sessions come from is the same on every database that they go to.
describe('sources of an import', () => {
  const stores = storesOn(databases[0]!)
  let folder: string
  before(() => {
    folder = temporaryFolder('importing')
  })
  after(() => stores.store.close())

  const lines = [
    JSON.stringify({ id: 'one-1', session: { n: 1, cookie: {} }, expires: '2999-01-01T00:00:00Z' }),
    '',
    '{ "id": "cut',
    JSON.stringify({ id: 'two-2', session: { n: 2 } }),
    JSON.stringify({ id: 'old-3', session: { n: 3 }, expires: 1 }),
    JSON.stringify({ id: 'none-4' }),
  ].join('\n')

  test('lines of JSON are read from a file', async () => {
    const url = join(folder, 'sessions.jsonl')
    writeFileSync(url, lines)
    const { read, imported, skipped } = await stores.store.import(openSource('json', { url }))
    assert.deepEqual([read, imported, reasons(skipped)], [5, 2, { over: 1, unreadable: 2 }])
    assert.deepEqual(contentOf(await loaded(stores.store, 'one-1')), { n: 1 })
  })

  test('lines of JSON are read from a stream', async () => {
    const source = openSource('json', { url: '-', input: Readable.from([lines.replaceAll('-', '_')]) })
    assert.equal((await stores.store.import(source)).imported, 2)
  })

  test('a line that is nested too deep is no session, and ends no import', async () => {
    const lists = (levels: number) =>
      `{"id":"deep${levels}","session":{"a":${'['.repeat(levels)}${']'.repeat(levels)}}}`
    const input = Readable.from([[lists(600), lists(20_000), '{"id":"after","session":{}}'].join('\n')])
    const { imported, skipped } = await stores.store.import(openSource('json', { url: '-', input }))
    assert.deepEqual([imported, reasons(skipped)], [1, { unstorable: 1, unreadable: 1 }])
  })

  test('a file that is not there is an error that says so', async () => {
    const isTold = (error: Error & { code?: string }) =>
      error.code === 'FST_STORED_SESSION_IMPORT_SOURCE' && error.message.includes('ENOENT')
    await assert.rejects(stores.store.import(openSource('json', { url: join(folder, 'none') })), isTold)
    const sqlite = openSource('connect-session-knex', { url: `sqlite:${join(folder, 'none.db')}` })
    await assert.rejects(stores.store.import(sqlite), { code: 'FST_STORED_SESSION_IMPORT_SOURCE' })
  })

  test('a server that cannot be reached is an error that says so', async () => {
    const places = {
      'connect-redis': 'redis://127.0.0.1:1',
      'connect-pg-simple': 'postgres://127.0.0.1:1/d?connect_timeout=1',
      'express-mysql-session': 'mysql://127.0.0.1:1/d',
    }
    for (const [name, url] of Object.entries(places)) {
      await assert.rejects(stores.store.import(openSource(name, { url })), (error: Error & { code?: string }) => {
        return error.code === 'FST_STORED_SESSION_IMPORT_SOURCE' && error.message.includes('ECONNREFUSED')
      })
    }
  })

  test('a store that is not known, and a URL of another database, are refused by name', () => {
    assert.throws(() => openSource('connect-mongo', { url: '' }), /from must be one of connect-pg-simple, /)
    const refused = {
      'connect-pg-simple': 'mysql://h/d',
      'connect-redis': 'postgres://h/d',
      'connect-session-knex': 'x',
    }
    for (const [name, url] of Object.entries(refused)) {
      assert.throws(() => openSource(name, { url }), {
        code: 'FST_STORED_SESSION_INVALID_OPTIONS',
        message: /url must be /,
      })
    }
  })
})

forEachDatabase((target) => {
  test('a table of another name is read, and one that is missing is an error that names it', async () => {
    const database = await target.create()
    const name = { sqlite: 'better-sqlite3-session-store', pg: 'connect-pg-simple', mysql: 'express-mysql-session' }[
      target.dialect
    ]
    const columns = {
      sqlite: 'sid text, sess text, expire text',
      pg: 'sid varchar, sess json, expire timestamp',
      mysql: 'session_id varchar(99), data mediumtext, expires int unsigned',
    }[target.dialect]
    const expires = target.dialect === 'mysql' ? '4000000000' : "'2999-01-01 00:00:00'"
    await database.query(`create table web_sessions (${columns})`)
    await database.query(`insert into web_sessions values ('one', '{"n":1}', ${expires})`)
    const read = async (table?: string) => {
      const found: ForeignSession[] = []
      for await (const batch of openSource(name, { url: database.url, table })) found.push(...batch)
      return found
    }
    const [found] = await read('web_sessions')
    assert.deepEqual([found?.id, found?.data.toString()], ['one', '{"n":1}'])
    assert.ok(found!.expiresAt! > Date.now())
    await assert.rejects(read(), { code: 'FST_STORED_SESSION_IMPORT_SOURCE', message: /sessions?\b.*cannot be read/ })
    await database.drop()
  })
})
