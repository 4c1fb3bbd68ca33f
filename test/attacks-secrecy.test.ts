import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { openDatabase } from '../src/database/open.ts'
import type { SessionDatabase } from '../src/database/session-database.ts'
import { openApp } from './app.ts'
import { forEachDatabase, type TestDatabase } from './harness/databases.ts'
import { allRows, setColumn, sidOf, storedRow } from './rows.ts'
import { secret } from './stores.ts'
import { signIn, visitorOf } from './visitor.ts'

const WORDS = ['planted-word-in-a-value-71c3', 'planted_word_in_a_name_92fe']

/** A database that notes every value that any statement is given. */
function recording(opened: SessionDatabase, noted: Buffer[]): SessionDatabase {
  const note = (value: unknown): void => {
    if (value instanceof Uint8Array) noted.push(Buffer.from(value))
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(note)
    else noted.push(Buffer.from(String(value)))
  }
  return Object.fromEntries(
    Object.entries(opened).map(([name, member]) => {
      if (typeof member !== 'function') return [name, member]
      const call = member as (...values: unknown[]) => unknown
      return [
        name,
        (...values: unknown[]) => {
          note(values)
          return call.apply(opened, values)
        },
      ]
    }),
  ) as unknown as SessionDatabase
}

const signed = (value: string) =>
  `${value}.${createHmac('sha256', secret).update(value).digest('base64').replace(/=+$/, '')}`

/** How a text may lie in bytes. */
function formsOf(text: string): string[] {
  const bytes = Buffer.from(text)
  return [
    text,
    encodeURIComponent(text),
    bytes.toString('hex'),
    bytes.toString('base64').slice(0, -4),
    text.slice(4, 20),
  ]
}

forEachDatabase((target) => {
  let database: TestDatabase
  let opened: SessionDatabase
  let app: FastifyInstance
  const noted: Buffer[] = []
  const heard: string[] = []

  before(async () => {
    database = await target.create()
    await (await openApp(database.url)).close()
    opened = await openDatabase(target.dialect, database.url, 'stored_sessions')
    const stream = { write: (line: string) => void heard.push(line) }
    app = await openApp(recording(opened, noted), {
      options: { migrate: false, user: ({ userId }) => userId as string | undefined },
      server: { logger: { level: 'trace', stream } },
      routes: (routes) =>
        routes.post('/unstorable', async ({ session }) => {
          Object.assign(session, { [WORDS[1]!]: () => WORDS[0] })
          return {}
        }),
    })
    const { events } = app.storedSession.store
    for (const name of ['conflict', 'gone', 'unreadable', 'unencrypted', 'backgroundError'] as const) {
      events.on(name, (event: unknown) => heard.push(JSON.stringify(event)))
    }
  })
  after(async () => {
    await app.close()
    await opened.close()
    await database.drop()
  })

  test('planted ids, words and the secret are in no parameter, dump, write-ahead log, log line, event or error', async () => {
    const planted: string[] = [...WORDS.slice(0, 1), secret]
    const answers: string[] = []
    for (let n = 0; n < 8; n++) {
      const ada = await signIn(app)
      planted.push(ada.id, ada.sessionId)
      await ada.post('/change', { value: WORDS[0], [WORDS[1]!]: n })
      await ada.me()
      answers.push((await ada.post('/unstorable')).body)
      if (n % 4 === 1) await ada.post('/logout')
      if (n % 4 === 2) await setColumn(database, ada.id, 'data', Buffer.from('damaged, whatever it was before'))
      answers.push(JSON.stringify(await ada.me()), (await ada.post('/change', { n: 1 })).body)
    }
    await app.storedSession.reencrypt()
    await app.storedSession.trim()
    await app.storedSession.revoke({ user: 'ada' })
    assert.ok(noted.length > 100 && heard.length > 50)
    const places = {
      parameters: Buffer.concat(noted),
      dump: await database.dump(),
      files: filesOf(database),
      log: Buffer.from(heard.join('\n')),
      answers: Buffer.from(answers.join('\n')),
    }
    assert.ok(places.dump.includes(sidOf(planted[2]!)))
    for (const [place, bytes] of Object.entries(places)) {
      for (const form of planted.flatMap(formsOf)) assert.ok(!bytes.includes(form), `${place} must not hold ${form}`)
    }
    for (const place of ['parameters', 'dump', 'files'] as const) assert.ok(!places[place].includes(WORDS[1]!))
  })

  test('a sid in any form, well signed, opens nothing, and ids elsewhere than in the cookie are ignored', async () => {
    const ada = await signIn(app)
    const sid = sidOf(ada.id)
    const before = await storedRow(database, ada.id)
    for (const form of [
      sid.toString('hex'),
      `2::${sid.toString('hex')}`,
      sid.toString('base64'),
      sid.toString('base64url'),
      sid.toString('latin1'),
    ]) {
      const thief = visitorOf(app, form, signed(form))
      assert.deepEqual((await thief.me()).userId, undefined)
    }
    const { sessionId } = ada
    for (const request of [
      { url: `/me?sessionId=${encodeURIComponent(sessionId)}&sid=${ada.id}` },
      { url: '/me', headers: { sessionid: sessionId, authorization: `Bearer ${ada.id}`, 'x-session-id': ada.id } },
      { url: `/me;sessionId=${ada.id}` },
    ]) {
      assert.doesNotMatch((await app.inject(request)).body, /ada/)
    }
    const login = await app.inject({ method: 'POST', url: '/login', payload: { sessionId, id: ada.id } })
    assert.notEqual(login.json().id, ada.id)
    const unknown = 'an-id-of-an-attacker-who-chose-it'
    const fixed = await visitorOf(app, unknown, signed(unknown)).post('/change', { n: 1 })
    assert.equal(fixed.statusCode, 200)
    assert.ok(!(await allRows(database)).some((row) => row.sid.equals(sidOf(unknown))), 'a chosen id is never adopted')
    assert.deepEqual(await storedRow(database, ada.id), before)
  })

  test('SQL in user ids and values does only what it says', async () => {
    const users = [
      "ada'; DROP TABLE stored_sessions; --",
      'ada" OR "1"="1',
      "' OR 1=1 --",
      '%',
      '_',
      'ada\\',
      '$1',
      '?',
    ]
    const visitors = []
    for (const userId of ['ada', ...users]) {
      const visitor = await signIn(app)
      await visitor.post('/change', { userId, note: userId })
      visitors.push({ userId, visitor })
    }
    for (const { userId, visitor } of visitors.slice(1)) {
      assert.deepEqual(await app.storedSession.revoke({ user: userId }), { revoked: 1 })
      assert.deepEqual(await visitor.me(), { endReason: 'revoked' })
    }
    assert.equal((await visitors[0]!.visitor.me()).userId, 'ada')
  })

  test('table names with quotes and SQL are names', async () => {
    const table = target.dialect === 'mysql' ? 'odd`; DROP TABLE stored_sessions' : 'odd"; DROP TABLE stored_sessions'
    const other = await openApp(database.url, { options: { table } })
    const ada = await signIn(other)
    assert.deepEqual(await ada.me(), { userId: 'ada' })
    await other.close()
    assert.ok((await allRows(database)).length > 0)
  })
})

/** The files of an SQLite database with its write-ahead log; the servers keep theirs to themselves. */
function filesOf({ dialect, url }: TestDatabase): Buffer {
  if (dialect !== 'sqlite') return Buffer.alloc(0)
  const file = url.slice('sqlite:'.length)
  return Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)])
}
