import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { drizzle as drizzleNodePostgres } from 'drizzle-orm/node-postgres'
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js'
import pg from 'pg'
import postgres from 'postgres'
import { StoredSessionStore, type StoreOptions } from '../../src/index.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { unendedRows } from '../support/rows.ts'
import { assertKeepsSessions, assertNothingLeft } from '../support/signed-in-together.ts'
import { secret } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'

/** Settings that a database or a role may have, with which nothing may be lost. */
const HARMLESS = [
  'bytea_output = escape',
  'array_nulls = off',
  'client_encoding = LATIN1',
  'standard_conforming_strings = off',
  'transform_null_equals = on',
  'default_transaction_isolation = serializable',
  'search_path = pg_catalog, public',
  "datestyle = 'German'",
  "lc_numeric = 'C'",
]

interface Passed {
  readonly drizzle: StoreOptions['database']
  close(): Promise<void>
}

function nodePostgres(url: string, options: pg.PoolConfig = {}): Passed {
  const pool = new pg.Pool({ connectionString: url, max: 2, ...options })
  return { drizzle: drizzleNodePostgres(pool), close: () => pool.end() }
}

function postgresJs(url: string, options: postgres.Options<Record<string, never>> = {}): Passed {
  const client = postgres(url, { max: 2, onnotice: () => {}, ...options } as object)
  return { drizzle: drizzlePostgresJs(client), close: () => client.end() }
}

/** A type parser of `pg` for all pools of the process, which the test takes back. */
function parsing(type: number, parse: (text: string) => unknown): () => void {
  const { types } = pg as unknown as { types: typeof import('pg-types') }
  const former = types.getTypeParser(type)
  types.setTypeParser(type, parse)
  return () => types.setTypeParser(type, former)
}

forEachDatabase((target) => {
  if (target.dialect !== 'pg') return
  let database: TestDatabase

  before(async () => {
    database = await target.create()
    const store = storeOn(database.url, true)
    await store.ready()
    await store.close()
  })
  after(() => database.drop())

  const storeOn = (on: StoreOptions['database'], migrate = false) =>
    new StoredSessionStore({ database: on, secret, migrate, trim: false, user: userIdOf })

  /** Opens a store, uses it, and closes it. */
  async function use(on: StoreOptions['database']): Promise<void> {
    const store = storeOn(on)
    try {
      await store.ready()
      await assertKeepsSessions(store)
      assert.equal((await store.health()).ok, true)
    } finally {
      await store.close()
    }
    await assertNothingLeft(database)
  }

  async function set(setting: string): Promise<() => Promise<void>> {
    const name = new URL(database.url).pathname.slice(1)
    await database.query(`ALTER DATABASE ${name} SET ${setting}`)
    await database.reconnect?.()
    return async () => {
      await database.query(`ALTER DATABASE ${name} RESET ALL`)
      await database.reconnect?.()
    }
  }

  for (const setting of HARMLESS) {
    test(`sessions are kept where the database has ${setting}`, async () => {
      const reset = await set(setting)
      const pool = nodePostgres(database.url)
      try {
        await use(database.url)
        await use(pool.drizzle)
      } finally {
        await pool.close()
        await reset()
      }
    })
  }

  for (const [name, type] of Object.entries({ bytea: 17, bigint: 20, integer: 23, text: 25, boolean: 16 })) {
    test(`sessions are kept on a Pool where the process parses ${name} in its own way`, async () => {
      const restore = parsing(type, (text) => ({ parsed: text }))
      const pool = nodePostgres(database.url)
      try {
        await use(pool.drizzle)
      } finally {
        await pool.close()
        restore()
      }
    })
  }

  test('a Pool that takes values in binary form, with which pg changes bytes, is refused at start', async () => {
    const pool = nodePostgres(database.url, { binary: true } as object)
    await assert.rejects(storeOn(pool.drizzle).ready(), { message: /has binary: true, .* Remove the option/ })
    await pool.close()
  })

  test('sessions are kept on a client of postgres.js that makes undefined of null', async () => {
    const client = postgresJs(database.url, {
      transform: { value: { from: (value: unknown) => (value === null ? undefined : value) } },
    } as object)
    await use(client.drizzle).finally(() => client.close())
  })

  const REFUSED: [string, postgres.Options<Record<string, never>>, RegExp][] = [
    [
      'whose names of columns are changed',
      { transform: postgres.pascal } as object,
      /transform\.column; pass a client without it/,
    ],
    [
      'whose rows are changed',
      {
        transform: { row: { from: (row: Record<string, unknown>) => ({ ...row, data: Buffer.from('x') }) } },
      } as object,
      /other values than were stored in data,.* transform\.row; pass/,
    ],
    [
      'whose bytes are text',
      {
        types: {
          bytes: {
            to: 17,
            from: [17],
            serialize: (value: Buffer) => `\\x${value.toString('hex')}`,
            parse: (text: string) => text,
          },
        },
      } as object,
      /types of the client that was passed in parses bytea; pass/,
    ],
    [
      'whose numbers are halved',
      {
        types: { int8: { to: 20, from: [20], serialize: String, parse: (text: string) => Number(text) / 2 } },
      } as object,
      /other values than were stored in createdAt, touchedAt, expiresAt,.* parses bigint; pass/,
    ],
  ]
  for (const [what, options, said] of REFUSED) {
    test(`a client of postgres.js ${what} is refused at start by the setting`, async () => {
      const client = postgresJs(database.url, options)
      const store = storeOn(client.drizzle)
      const expected = { code: 'FST_STORED_SESSION_WRONG_SETTINGS', message: said }
      await assert.rejects(store.ready(), expected).finally(() => client.close())
      assert.deepEqual(await unendedRows(database), [])
    })
  }

  test('a client of postgres.js is refused where the database has bytea_output = escape', async () => {
    const reset = await set('bytea_output = escape')
    const client = postgresJs(database.url)
    try {
      await assert.rejects(storeOn(client.drizzle).ready(), {
        code: 'FST_STORED_SESSION_WRONG_SETTINGS',
        message: /bytea_output is "escape" \(set by ALTER DATABASE\).*Run ALTER DATABASE … SET bytea_output = hex/,
      })
    } finally {
      await client.close()
      await reset()
    }
    assert.deepEqual(await unendedRows(database), [])
  })

  test('a client with another client_encoding is a warning at start', async () => {
    const client = postgresJs(database.url, { connection: { client_encoding: 'LATIN1' } } as object)
    const store = storeOn(client.drizzle)
    const warnings: string[] = []
    store.events.on('databaseWarning', ({ message }) => void warnings.push(message))
    await store.ready()
    await store.close()
    await client.close()
    assert.equal(warnings.length, 1)
    assert.match(
      warnings[0]!,
      /^client_encoding is "LATIN1" \(set by the client when it connects\), .* Remove the setting$/,
    )
  })
})
