import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import Fastify from 'fastify'
import { StoredSessionStore, type StoreOptions, staticKeys, storedSession } from '../../../src/index.ts'
import { storedSessions as mysqlTable } from '../../../src/schema/mysql.ts'
import { storedSessions as sqliteTable } from '../../../src/schema/sqlite.ts'
import { assertAccepted, refusal, refusalOf, secret, sound } from './options-faults.ts'

const keys = staticKeys([{ id: 'a', key: randomBytes(32) }])
const makeOne = 'make one with: openssl rand -base64 48'
const secretFault = `must be a string of 32 or more characters, or a list of different ones; ${makeOne}`

describe('options that are not', () => {
  test('are refused, with the nearest that is', () => {
    const near = { databse: 'database', idletimeout: 'idleTimeout', touchIntervall: 'touchInterval', Secret: 'secret' }
    for (const [wrong, right] of Object.entries({
      ...near,
      cookieNam: 'cookieName',
      saveUninitialised: 'saveUninitialized',
    })) {
      assert.equal(refusal({ [wrong]: 1 }), `${wrong} is not an option; did you mean ${right}?`)
    }
  })

  test('are refused without advice when nothing is near', () => {
    for (const wrong of ['ttl', 'prune', 'connectionString', 'x', '$storedSession']) {
      assert.equal(refusal({ [wrong]: 1 }), `${wrong} is not an option`)
    }
  })

  test('are told apart from those of @fastify/session that have no meaning here', () => {
    assert.match(refusal({ store: {} }), /^store is not an option: this plugin is the store; /)
    assert.equal(refusal({ stores: {} }), 'stores is not an option')
  })

  test('do not include what Fastify itself takes', () => {
    assertAccepted({ prefix: '/x', logLevel: 'warn', logSerializers: {} })
  })
})

describe('options that exclude each other are refused:', () => {
  test('a touch interval that is not shorter than the idle timeout', () => {
    const fault =
      'touchInterval must be shorter than idleTimeout, because sessions in use would expire otherwise; shorten it'
    assert.equal(refusal({ idleTimeout: '1m', touchInterval: '1m' }), fault)
    assert.equal(refusal({ touchInterval: '2h' }), fault)
    assertAccepted({ idleTimeout: '1s' })
  })

  test("migrations into the application's own table", () => {
    const fault =
      'migrate must be false with your own Drizzle table, because the migrations of your application create it; set it to false'
    assert.equal(refusal({ database: 'sqlite:a.db', table: sqliteTable, migrate: true }), fault)
    assertAccepted({ database: 'sqlite:a.db', table: sqliteTable })
  })

  test('a database in memory without migrations', () => {
    const fault = 'migrate must be true for sqlite::memory:, which is empty at every start; omit it'
    assert.equal(refusal({ database: 'sqlite::memory:', migrate: false }), fault)
    assert.equal(refusal({ database: 'sqlite::memory:', table: sqliteTable }), fault)
    assertAccepted({ database: 'sqlite::memory:' })
  })

  test('a table of another dialect than the database', () => {
    const fault = 'table is a SQLiteTable, but the database needs a PgTable'
    assert.equal(refusal({ database: 'postgres://h/d', table: sqliteTable }), fault)
    assertAccepted({ database: drizzleMysql({ connection: 'mysql://h/d' }), table: mysqlTable })
  })

  test('keys without a secret, because the secret signs the cookie', () => {
    assert.equal(refusal({ secret: undefined, keys }), `secret is missing; ${makeOne}`)
    assert.equal(refusal({ secret: 'short', keys }), `secret ${secretFault}`)
  })
})

test('all faults are told at once, each by its name', () => {
  const message = refusal({
    database: 'nowhere',
    secret: 'short',
    idleTimeout: 'soon',
    maxBytes: -1,
    trim: { batchsize: 1 },
    colour: 'red',
    cookie: { sameSite: 'maybe', secure: 'no' },
  })
  const told = [
    'database',
    'secret',
    'idleTimeout',
    'maxBytes',
    'trim.batchsize',
    'colour',
    'cookie.sameSite',
    'cookie.secure',
  ]
  for (const name of told)
    assert.ok(
      message.split('\n- ').some((part) => part.startsWith(`${name} `)),
      `${name}: ${message}`,
    )
})

test('no message holds a secret, a key or a URL', () => {
  const password = 'hunter2hunter2'
  const url = `postgres://ada:${password}@db.internal:notaport/app`
  const changes = [
    { database: url },
    { database: url.replace('postgres', 'postgre') },
    { database: url.slice('postgres://'.length) },
    { databse: url, sekret: secret },
    { secret: password },
    { secret: [secret, password] },
    { secret: { value: secret } },
    { secret: [secret, secret], keys: { key: secret } },
    { keys: password },
    { idleTimeout: secret },
    { cookieName: `${secret};` },
    { serializer: secret },
  ]
  for (const change of changes) {
    const message = refusal(change)
    for (const hidden of [password, 'db.internal', 'correct horse', secret.slice(-20)]) {
      assert.ok(!message.includes(hidden), message)
    }
  }
})

describe('the same checks', () => {
  test('are made by the store, which takes no options of the cookie', () => {
    const make = (options: unknown) => refusalOf(() => new StoredSessionStore(options as StoreOptions))
    assert.equal(make({ ...sound, cookieName: 'id' }), 'cookieName is not an option')
    assert.equal(make({ ...sound, maxbytes: 1 }), 'maxbytes is not an option; did you mean maxBytes?')
    assert.equal(make({ ...sound, maxBytes: 0 }), 'maxBytes must be a whole number from 1 to 1073741824, not 0')
    for (const nothing of [undefined, null, {}])
      assert.match(make(nothing), /^invalid options:\n- database is missing; .+\n- secret is missing; .+$/)
    assert.doesNotThrow(() => new StoredSessionStore({ database: 'sqlite::memory:', keys }))
  })

  test('stop the start of the application', async () => {
    const app = Fastify()
    app.register(storedSession, { ...sound, idleTimout: '1h' } as never)
    await assert.rejects(async () => app.ready(), {
      code: 'FST_STORED_SESSION_INVALID_OPTIONS',
      message: 'stored-session: idleTimout is not an option; did you mean idleTimeout?',
    })
  })
})
