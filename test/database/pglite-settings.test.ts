import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { checkUp } from '../../src/doctor/checkup.ts'
import { StoredSessionStore } from '../../src/index.ts'
import { assertKeepsSessions } from '../support/signed-in-together.ts'
import { secret } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'

const odd = (text: string) => ({ parsed: text })
const BYTEA = 17
const TYPES = { boolean: 16, bigint: 20, smallint: 21, integer: 23, text: 25, varchar: 1_043, numeric: 1_700 }

/** Options of the database, and settings of its only connection. */
const HARMLESS: Record<string, PGliteOptions & { set?: string }> = {
  'bytea_output = escape': { set: 'bytea_output = escape' },
  'array_nulls = off': { set: 'array_nulls = off' },
  'standard_conforming_strings = off': { set: 'standard_conforming_strings = off' },
  'a parser of bytea': { parsers: { [BYTEA]: odd } },
  'a serializer of bytea': { serializers: { [BYTEA]: () => '\\x00' } },
  'parsers of other types': { parsers: Object.fromEntries(Object.values(TYPES).map((type) => [type, odd])) },
  'serializers of other types': { serializers: { 20: () => '1', 25: () => 'x', 1043: () => 'x' } },
}

describe('PGlite', () => {
  for (const [what, { set, ...options }] of Object.entries(HARMLESS)) {
    test(`keeps sessions where the application gave it ${what}`, async () => {
      const client = new PGlite(options)
      await client.waitReady
      if (set) await client.exec(`set ${set}`)
      const database = drizzle(client)
      const store = new StoredSessionStore({ database, secret, migrate: true, trim: false, user: userIdOf })
      await store.ready()
      await assertKeepsSessions(store)
      assert.equal((await store.health()).ok, true)
      await store.close()
      const settings = { source: 'a test', options: { database, secret, user: userIdOf } }
      const findings = await checkUp(settings, { now: Date.now, folder: process.cwd(), isProduction: false })
      assert.deepEqual(
        findings.filter(({ level }) => level === 'fault'),
        [],
      )
      await client.close()
    })
  }
})
