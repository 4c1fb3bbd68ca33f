import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import Fastify from 'fastify'
import { StoredSessionStore, type StoreOptions, storedSession } from '../../src/index.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { freePort } from '../harness/free-port.ts'
import { isPooled } from '../harness/pooled-database.ts'
import { load, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'

const password = 'hunter2-very-secret'

type StartError = Error & { code: string; statusCode: number }

/** Everything that somebody may print of an error. */
function printed(error: StartError): string {
  const causes: unknown[] = []
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    causes.push(cause.message, cause.stack, { ...cause })
  }
  return JSON.stringify(causes)
}

/** Registers the plugin, which must be refused; also closes the application, which must not hang. */
async function startError(options: Partial<StoreOptions> & Pick<StoreOptions, 'database'>): Promise<StartError> {
  const app = Fastify()
  try {
    await app.register(storedSession, { secret, ...options } as never)
  } catch (error) {
    assert.ok(!printed(error as StartError).includes(password), 'the password must not be shown')
    assert.ok(!printed(error as StartError).includes(secret), 'the secret must not be shown')
    return error as StartError
  } finally {
    await app.close()
  }
  throw new Error('the plugin started')
}

forEachDatabase((target) => {
  let database: TestDatabase
  before(async () => {
    database = await target.create()
  })
  after(() => database.drop())

  /** The URL of the database with something wrong in it, and always with a password. */
  function urlWith(changes: { port?: number; username?: string }): string {
    const url = new URL(database.url)
    Object.assign(url, { password, ...changes })
    return url.href
  }

  test('a missing table stops the start and names the command', async () => {
    const error = await startError({ database: database.url, migrate: false })
    assert.equal(error.code, 'FST_STORED_SESSION_MISSING_TABLE')
    assert.match(error.message, /the table "stored_sessions" is missing.*npx stored-session migrate/)
  })

  test('a table without a column that is needed stops the start and names the command', async () => {
    const table = 'outdated_sessions'
    const store = new StoredSessionStore({ database: database.url, secret, table, migrate: true, trim: false })
    await store.ready()
    await store.close()
    await database.query(`ALTER TABLE ${table} RENAME COLUMN touched_at TO used_at`)
    const error = await startError({ database: database.url, table, migrate: false })
    assert.equal(error.code, 'FST_STORED_SESSION_MISSING_TABLE')
    assert.match(error.message, /the table "outdated_sessions" lacks a column/)
  })

  test('a start that failed can be repeated when its cause is gone', async () => {
    const table = 'late_sessions'
    const store = new StoredSessionStore({ database: database.url, secret, table, trim: false, migrate: false })
    await assert.rejects(load(store, newId()), { code: 'FST_STORED_SESSION_MISSING_TABLE' })
    const migrating = new StoredSessionStore({ database: database.url, secret, table, trim: false, migrate: true })
    await migrating.ready()
    await migrating.close()
    await save(store, newId(), newSession())
    await store.close()
  })

  if (target.dialect === 'sqlite') {
    const folder = () => dirname(database.url.slice('sqlite:'.length))

    test('a file in a folder that is not there stops the start', async () => {
      const error = await startError({ database: `sqlite:${join(folder(), 'no', 'such', 'folder', 'sessions.db')}` })
      assert.deepEqual([error.code, error.statusCode], ['FST_STORED_SESSION_UNREACHABLE', 503])
      assert.match(error.message, /directory does not exist/)
    })

    test('a file that is no database, or a folder, stops the start', async () => {
      const text = join(folder(), 'text.db')
      writeFileSync(text, 'this is no database, but a text that is long enough to be taken for one\n'.repeat(100))
      assert.match((await startError({ database: `sqlite:${text}` })).message, /not a database/)
      mkdirSync(join(folder(), 'folder.db'))
      const error = await startError({ database: `sqlite:${join(folder(), 'folder.db')}` })
      assert.equal(error.code, 'FST_STORED_SESSION_UNREACHABLE')
    })
    return
  }

  for (const migrate of [false, true]) {
    const how = migrate ? 'with' : 'without'

    test(`a server that does not answer stops the start, ${how} migrations`, async () => {
      const error = await startError({ database: urlWith({ port: await freePort() }), migrate })
      assert.deepEqual([error.code, error.statusCode], ['FST_STORED_SESSION_UNREACHABLE', 503])
      assert.match(error.message, /ECONNREFUSED.*Check the database option/)
    })

    test(`a user whom the server does not know stops the start, ${how} migrations`, async () => {
      const error = await startError({ database: urlWith({ username: 'nobody_at_all' }), migrate })
      assert.equal(error.code, 'FST_STORED_SESSION_UNREACHABLE')
      // A pooler that is asked for a user whom it does not know keeps the name to itself.
      assert.match(error.message, isPooled(target.name) ? /no such user/ : /nobody_at_all/)
    })

    test(`a database that is not there stops the start, ${how} migrations`, async () => {
      const url = new URL(database.url)
      url.pathname = 'no_such_database'
      const error = await startError({ database: url.href, migrate })
      assert.equal(error.code, 'FST_STORED_SESSION_UNREACHABLE')
      assert.match(error.message, /no_such_database/)
    })
  }

  test('a password that is not percent-encoded stops the start, without being shown', async () => {
    const { protocol, host, pathname } = new URL(database.url)
    const error = await startError({ database: `${protocol}//root:${password}%zz@${host}${pathname}` })
    assert.match(error.code, /FST_STORED_SESSION_(UNREACHABLE|INVALID_OPTIONS)/)
  })
})
