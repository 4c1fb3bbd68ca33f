import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Finding } from '../../src/doctor/findings/finding.ts'
import { envelopeKeys, staticKeys } from '../../src/index.ts'
import { commandLine, settingsFor } from '../cli/command-line.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { freePort } from '../harness/free-port.ts'
import { migrated } from '../migrating/migrated.ts'
import { userAfterSignIn } from '../migrating/sign-in.ts'
import { changeUsers } from '../support/changed-users.ts'
import { insertMany } from '../support/many-rows.ts'
import { allRows } from '../support/rows.ts'
import { userIdOf } from '../support/user-id.ts'
import { findingsOf, theOne, wrongIn } from './findings.ts'
import { readOnlyCases } from './read-only.ts'

const CHECKS = [
  'settings',
  'versions',
  'cookie',
  'connection',
  'server',
  'pooler',
  'schema',
  'writing',
  'storing',
  'keys',
  'backlog',
  'clock',
  'durability',
]

forEachDatabase((target) => {
  test('a database that is well has a green line for each check, and the command ends with 0', async () => {
    const database = await migrated(target)
    const { code, stdout, stderr } = await commandLine(['doctor'], { env: settingsFor(database) })
    const lines = stdout
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith(' '))
    assert.deepEqual([...new Set(lines.map((line) => line.split(/\s+/)[1]))], CHECKS)
    const coloured = lines.filter((line) => !/^(ok|skipped) |^warning +durability /.test(line))
    assert.deepEqual(coloured, [])
    assert.equal(code, 0)
    assert.match(stderr, /^(No problems found|0 faults, \d warnings?)\.\n$/)
    await database.drop()
  })

  test('with --json the findings are data, and a fault ends the command with 3', async () => {
    const database = await target.create()
    const { code, stdout, stderr } = await commandLine(['doctor', '--json'], { env: settingsFor(database) })
    const { ok, source, findings } = JSON.parse(stdout) as { ok: boolean; source: string; findings: Finding[] }
    assert.deepEqual([ok, source, code], [false, 'the environment', 3])
    assert.deepEqual([...new Set(findings.map(({ check }) => check))], CHECKS)
    const { level, message, remedy } = theOne(findings, 'schema')
    assert.deepEqual([level, remedy], ['fault', 'Run: npx stored-session migrate'])
    assert.match(message, /is missing/)
    for (const check of ['writing', 'storing', 'keys', 'backlog'])
      assert.equal(theOne(findings, check).level, 'skipped')
    assert.match(stderr, /^1 fault, /)
    await database.drop()
  })

  test('sessions whose key is not known are counted, and those of a revoked key', async () => {
    const database = await migrated(target)
    await userAfterSignIn({ database: database.url, migrate: false })
    const unknown = theOne(await findingsOf(database), 'keys')
    assert.equal(unknown.level, 'fault')
    assert.match(unknown.message, /^1 session is sealed by key \d+, which is not configured: they cannot be decrypted$/)
    const key = (byte: number) => Buffer.from(Array.from({ length: 32 }, (_, index) => (index * byte) % 256))
    const old = { id: 'old', key: key(7) }
    await database.query('DELETE FROM stored_sessions')
    await userAfterSignIn({ database: database.url, migrate: false, keys: staticKeys([old]) })
    const current = { id: 'new', key: key(11), since: Date.now() - 100 * 86_400_000 }
    const known = await findingsOf(database, { keys: staticKeys([{ id: 'new', key: key(11) }, old]) })
    assert.deepEqual(wrongIn(known), [])
    const revoked = await findingsOf(database, { keys: staticKeys([current, { ...old, state: 'revoked' }]) })
    const messages = wrongIn(revoked)
      .map(({ level, message }) => `${level}: ${message}`)
      .join('\n')
    assert.match(messages, /^warning: key \d+ has been sealing for 100 days$/m)
    assert.match(messages, /^warning: 1 session is sealed by key \d+, which is revoked/m)
    await database.drop()
  })

  test('keys that a service wraps are tried without making one', async () => {
    const database = await migrated(target)
    const mask = (bytes: Uint8Array) => Buffer.from(bytes.map((byte) => byte ^ 0x5a))
    const keys = () => envelopeKeys({ wrap: async (key) => mask(key), unwrap: async (wrapped) => mask(wrapped) })
    assert.match(theOne(await findingsOf(database, { keys: keys() }), 'keys').message, /no data key yet/)
    assert.deepEqual(await database.query('SELECT id FROM stored_sessions_keys'), [])
    await userAfterSignIn({ database: database.url, migrate: false, keys: keys() })
    assert.deepEqual(wrongIn(await findingsOf(database, { keys: keys() })), [])
    const away = envelopeKeys({
      wrap: async (key) => mask(key),
      unwrap: async () => Promise.reject(new Error('sealed')),
    })
    assert.equal(theOne(await findingsOf(database, { keys: away }), 'keys').level, 'fault')
    await database.query('DROP TABLE stored_sessions_keys')
    const missing = theOne(await findingsOf(database, { keys: keys() }), 'schema')
    assert.equal(missing.level, 'fault')
    await database.drop()
  })

  test('a key that a service wraps, and that was dated otherwise in the table, is a warning', async () => {
    const database = await migrated(target)
    const mask = (bytes: Uint8Array) => Buffer.from(bytes.map((byte) => byte ^ 0x5a))
    const keys = () => envelopeKeys({ wrap: async (key) => mask(key), unwrap: async (wrapped) => mask(wrapped) })
    await userAfterSignIn({ database: database.url, migrate: false, keys: keys() })
    await database.query('UPDATE stored_sessions_keys SET created_at = created_at + 1')
    const { level, message, remedy } = theOne(await findingsOf(database, { keys: keys() }), 'keys')
    assert.equal(level, 'warning')
    assert.match(message, /^key \d+ was made at \d{4}-.*Z, and its created_at says otherwise: it seals nothing$/)
    assert.match(remedy!, /who can write to the table of keys, and set its created_at to \d+$/)
    await database.drop()
  })

  test('rows that nobody deletes are a warning, and ten thousand a fault', async () => {
    const database = await migrated(target)
    const old = `${Date.now() - 3 * 86_400_000}`
    await insertMany(database, { count: 600, createdAt: old, expiresAt: old })
    const some = theOne(await findingsOf(database), 'backlog')
    assert.equal(some.level, 'warning')
    assert.match(some.message, /^600 rows of expired and ended sessions are overdue/)
    assert.equal(theOne(await findingsOf(database, { trim: { batchSize: 1_000 } }), 'backlog').level, 'ok')
    await insertMany(database, { count: 9_500, createdAt: old, expiresAt: old })
    const many = theOne(await findingsOf(database, { trim: false }), 'backlog')
    assert.equal(many.level, 'fault')
    assert.match(many.message, /^at least 10,000 rows/)
    assert.match(many.remedy!, /cron/)
    await database.drop()
  })

  test('a database that cannot be written to is told with the reason', async () => {
    const database = await migrated(target)
    for await (const { options, said, undo } of readOnlyCases(database)) {
      const found = theOne(await findingsOf(database, options), 'writing')
      assert.equal(found.level, 'fault')
      assert.match(`${found.message}\n${found.remedy}`, said)
      await undo()
    }
    assert.deepEqual(wrongIn(await findingsOf(database)), [])
    await database.drop()
  })

  test('sessions that do not come back as they were written are a fault with the reason', async () => {
    const database = await migrated(target)
    const undo = await changeUsers(database)
    const { level, message, remedy } = theOne(await findingsOf(database, { user: userIdOf }), 'storing')
    await undo()
    assert.equal(level, 'fault')
    assert.equal(message, 'the database returns other values than were stored in userId, so sessions would be lost')
    assert.match(remedy!, /^Look for a trigger, a rule or a row level security policy of the table/)
    assert.equal(theOne(await findingsOf(database, { user: userIdOf }), 'storing').level, 'ok')
    assert.deepEqual(await allRows(database), [])
    await database.drop()
  })

  test('a clock that is wrong is told beside that of the database', async () => {
    const database = await migrated(target)
    const at = async (ms: number) => theOne(await findingsOf(database, {}, { now: () => Date.now() + ms }), 'clock')
    if (target.dialect === 'sqlite') assert.equal((await at(0)).level, 'skipped')
    else {
      assert.equal((await at(0)).level, 'ok')
      const [behind, ahead] = [await at(-10_000), await at(3_600_000)]
      assert.deepEqual([behind.level, ahead.level], ['warning', 'fault'])
      assert.match(behind.message, /^the clock of the application is \d+\.\d s behind that of the database$/)
      assert.match(ahead.message, /is 3[56]\d\d\.\d s ahead of/)
    }
    await database.drop()
  })

  test('a server that is not there, or refuses, is told in the words of the driver, and without the password', async () => {
    const database = await target.create()
    if (target.dialect === 'sqlite') {
      const url = `${database.url}.not-there`
      const { message, remedy } = theOne(await findingsOf({ url }), 'connection')
      assert.match(`${message}\n${remedy}`, /there is no file .*\nRun: npx stored-session migrate/)
      assert.equal((await commandLine(['doctor'], { env: settingsFor({ url }) })).code, 3)
    } else {
      const url = new URL(database.url)
      url.port = String(await freePort())
      url.password = 'hunter%202'
      const env = settingsFor({ url: url.href })
      const { code, stdout, stderr } = await commandLine(['doctor', '--json'], { env })
      const { findings } = JSON.parse(stdout) as { findings: Finding[] }
      const { message, remedy } = theOne(findings, 'connection')
      assert.match(message, new RegExp(`^\\w+://127\\.0\\.0\\.1:${url.port}/\\w+ cannot be reached: .*ECONNREFUSED`))
      assert.match(remedy!, /Start the server/)
      assert.deepEqual([code, findings.filter(({ level }) => level === 'skipped').length >= 8], [3, true])
      assert.doesNotMatch(stdout + stderr, /hunter/)
      const unknown = new URL(database.url)
      unknown.pathname = '/not_there'
      const { message: words } = theOne(await findingsOf({ url: unknown.href }), 'connection')
      assert.match(words, /not_there/)
    }
    await database.drop()
  })
})
