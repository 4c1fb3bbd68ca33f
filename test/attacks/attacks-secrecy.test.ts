import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { before, test } from 'node:test'
import { inspect } from 'node:util'
import type { FastifyInstance } from 'fastify'
import type { SessionDatabase } from '../../src/database/contract/session-database.ts'
import { openDatabase } from '../../src/database/open.ts'
import { eventChannelNames } from '../../src/instruments/channels.ts'
import { operationNames } from '../../src/instruments/operation.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { appSuite } from '../support/app-suite.ts'
import { assertHoldsNone, plant, plantable, WORDS } from '../support/planted.ts'
import { allRows, sidOf, storedRow } from '../support/rows.ts'
import { secret } from '../support/stores.ts'
import { signIn, visitorOf } from '../support/visitor.ts'

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

forEachDatabase((target) => {
  const suite = appSuite(target)
  const opened = suite.opening(({ dialect, url }) => openDatabase(dialect, url, 'stored_sessions'))
  let app: FastifyInstance
  const noted: Buffer[] = []
  const heard: string[] = []

  before(async () => {
    await (await suite.open()).close()
    app = await suite.openOn(recording(opened, noted), plantable({ migrate: false }, heard))
    const { events } = app.storedSession.store
    const others = ['unencrypted', 'fault', 'trimmed', 'backlog', 'backgroundError'] as const
    for (const name of [...eventChannelNames, ...operationNames, ...others]) {
      events.on(name, (event: unknown) => heard.push(inspect(event, { depth: 9 })))
    }
  })

  test('planted ids, words and the secret are in no parameter, dump, write-ahead log, log line, event or error', async () => {
    const { hidden, answers } = await plant(app, suite.database)
    assert.ok(noted.length > 100 && heard.length > 50)
    const places = {
      parameters: Buffer.concat(noted),
      dump: await suite.database.dump(),
      files: filesOf(suite.database),
      log: Buffer.from(heard.join('\n')),
      answers: Buffer.from(answers.join('\n')),
    }
    assert.ok(places.dump.includes(sidOf(hidden[2]!)))
    for (const [place, bytes] of Object.entries(places)) assertHoldsNone(hidden, place, bytes)
    for (const place of ['parameters', 'dump', 'files', 'answers'] as const)
      assert.ok(!places[place].includes(WORDS[1]))
  })

  test('a sid in any form, well signed, opens nothing, and ids elsewhere than in the cookie are ignored', async () => {
    const ada = await signIn(app)
    const sid = sidOf(ada.id)
    const before = await storedRow(suite.database, ada.id)
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
    assert.ok(
      !(await allRows(suite.database)).some((row) => row.sid.equals(sidOf(unknown))),
      'a chosen id is never adopted',
    )
    assert.deepEqual(await storedRow(suite.database, ada.id), before)
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
    const other = await suite.open({ options: { table } })
    const ada = await signIn(other)
    assert.deepEqual(await ada.me(), { userId: 'ada' })
    await other.close()
    assert.ok((await allRows(suite.database)).length > 0)
  })
})

/** The files of an SQLite database with its write-ahead log; those of servers are read where they log all they can. */
function filesOf({ dialect, url }: TestDatabase): Buffer {
  if (dialect !== 'sqlite') return Buffer.alloc(0)
  const file = url.slice('sqlite:'.length)
  return Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)])
}
