import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openDatabase } from '../../src/database/open.ts'
import { StoredSessionStore, type StoreOptions } from '../../src/index.ts'
import { newEvent } from '../../src/testing/storage/history-rows.ts'
import { type DatabaseTarget, forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { Browser, openApp, sessionOf } from '../support/app.ts'
import { logTo } from '../support/log-lines.ts'
import { load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'

const NOT_LATIN = 'ada 🔑'
const LATIN = 'zoë'
const MESSAGE = 'The session cannot be stored, so nothing was written'

/** A database whose users are in an encoding without all characters. */
interface Narrow {
  readonly url: string
  drop(): Promise<void>
}

type Narrowing = (database: TestDatabase) => Promise<Narrow>

async function latinDatabase(database: TestDatabase): Promise<Narrow> {
  const url = new URL(database.url)
  url.pathname += '_latin'
  const name = url.pathname.slice(1)
  await database.query(`CREATE DATABASE ${name} ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`)
  return { url: url.href, drop: async () => void (await database.query(`DROP DATABASE ${name} WITH (FORCE)`)) }
}

const column =
  (encoding: string): Narrowing =>
  async (database) => {
    await open(database.url).then((store) => store.close())
    await database.query(`ALTER TABLE stored_sessions MODIFY user_id varchar(255) CHARACTER SET ${encoding}`)
    return { url: database.url, drop: async () => {} }
  }

const NARROW: Record<DatabaseTarget['dialect'], Record<string, Narrowing>> = {
  pg: { 'a database in LATIN1': latinDatabase },
  mysql: { 'a column in latin1': column('latin1'), 'a column in utf8mb3': column('utf8mb3') },
  sqlite: {},
}

async function open(url: string, options: Partial<StoreOptions> = {}) {
  const store = new StoredSessionStore({
    database: url,
    secret,
    migrate: true,
    trim: false,
    user: userIdOf,
    ...options,
  })
  await store.ready()
  return store
}

forEachDatabase((target) => {
  // A pooler has no connections to a second database.
  if (target.dialect === 'pg' && target.name !== 'postgres') return
  for (const [what, narrowing] of Object.entries(NARROW[target.dialect])) {
    describe(what, () => {
      let database: TestDatabase
      let narrow: Narrow
      let store: StoredSessionStore

      before(async () => {
        database = await target.create()
        narrow = await narrowing(database)
        store = await open(narrow.url)
      })
      after(async () => {
        await store.close()
        await narrow.drop()
        await database.drop()
      })

      test('refuses a user id that it cannot hold by the path "user", and stores it for nobody', async () => {
        const [id, other] = [newId(), newId()]
        const refused = { code: 'FST_STORED_SESSION_UNSTORABLE', statusCode: 500, path: 'user', message: MESSAGE }
        await assert.rejects(save(store, id, newSession({ userId: NOT_LATIN })), refused)
        assert.equal(await load(store, id), null)
        await save(store, other, newSession({ userId: LATIN }))
        const session = await loaded(store, other)
        session.userId = NOT_LATIN
        await assert.rejects(save(store, other, session), refused)
        assert.equal((await loaded(store, other)).userId, LATIN)
        assert.equal(await store.count({ user: LATIN }), 1)
      })

      test('knows no sessions of such a user', async () => {
        assert.equal(await store.count({ user: NOT_LATIN }), 0)
        assert.deepEqual((await store.list({ user: NOT_LATIN })).sessions, [])
        assert.deepEqual(await store.revoke({ user: NOT_LATIN }), { revoked: 0 })
      })

      test('knows no events of such a user', async () => {
        const opened = await openDatabase(target.dialect, narrow.url, 'stored_sessions')
        const history = opened.history!
        const event = newEvent({ userId: LATIN })
        await history.insertMany([event])
        const filter = { userId: NOT_LATIN }
        assert.deepEqual(await history.list(filter, undefined, 5), [])
        assert.deepEqual([await history.count(filter), await history.activity(filter, 1_000)], [0, []])
        assert.deepEqual(await history.sessionsOf(NOT_LATIN, Buffer.alloc(0), 5), [])
        assert.equal(await history.erase([event.sid], NOT_LATIN), 0)
        assert.equal(await history.count({ userId: LATIN }), 1)
        await opened.close()
      })

      test('stores the others whose changes are saved at the same moment', async () => {
        const ids = Array.from({ length: 5 }, newId)
        for (const id of ids) await save(store, id, newSession({ n: 1 }))
        const sessions = await Promise.all(ids.map((id) => loaded(store, id)))
        for (const [n, session] of sessions.entries())
          Object.assign(session, { n: 2, userId: n === 2 ? NOT_LATIN : LATIN })
        const saved = await Promise.allSettled(ids.map((id, n) => save(store, id, sessions[n]!)))
        assert.deepEqual(
          saved.map(({ status }) => status),
          ['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
        )
        const stored = await Promise.all(ids.map((id) => loaded(store, id)))
        assert.deepEqual(
          stored.map(({ n, userId }) => [n, userId]),
          [2, 2, 1, 2, 2].map((n) => [n, n === 2 ? LATIN : undefined]),
        )
      })

      test('is told by a warning in the log at start, where the application has users', async () => {
        for (const user of [userIdOf, undefined]) {
          const lines: { level: number; msg: string }[] = []
          const app = await openApp(narrow.url, {
            options: user ? { user } : {},
            server: logTo<{ level: number; msg: string }>((line) => void lines.push(line)),
            routes: (app) => {
              app.post('/sign-in', async (request) => {
                await request.session.regenerate()
                sessionOf(request).userId = NOT_LATIN
                return {}
              })
            },
          })
          const warnings = lines.filter(({ level, msg }) => level === 40 && /cannot hold user ids/.test(msg))
          assert.equal(warnings.length, user ? 1 : 0)
          const { statusCode, body } = await new Browser(app).post('/sign-in')
          assert.equal(statusCode, user ? 500 : 200)
          if (user) assert.match(body, new RegExp(MESSAGE))
          await app.close()
        }
      })
    })
  }
})
