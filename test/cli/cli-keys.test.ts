import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { envKeys, StoredSessionStore, sealingKey, staticKeys } from '../../src/index.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { newSession, save } from '../support/sessions.ts'
import { newId } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { commandLine, startCommand } from './command-line.ts'
import { inProcess } from './in-process.ts'

const written = (id: string) => `${id}:${randomBytes(32).toString('base64')}`
const idOf = (name: string) => sealingKey(name, randomBytes(32)).id

test('keys --new makes a key that envKeys takes, and secret a secret that the plugin takes; nothing else is printed', async () => {
  const [key, other, secret] = await Promise.all([
    commandLine(['keys', '--new']),
    commandLine(['keys', '--new', '--json']),
    commandLine(['secret']),
  ])
  assert.deepEqual([key.code, other.code, secret.code, secret.stderr], [0, 0, 0, ''])
  process.env.KEYS_MADE = `${key.stdout}${other.stdout.replace(/^.*"id":"(.*)","key":"(.*)"}/, '$1:$2')}`
  assert.equal((await envKeys('KEYS_MADE').describe!()).length, 2)
  assert.match(secret.stdout, /^[\w-]{64}\n$/)
  assert.match(key.stderr, /^Put it first in SESSION_KEYS, .* npx stored-session reencrypt\n$/)
})

forEachDatabase((target) => {
  const [older, newer, lost] = [written('2026-08'), written('2026-11'), written('lost')]
  let database: TestDatabase
  const env = (keys: string) => ({ DATABASE_URL: database.url, SESSION_KEYS: keys })
  const json = async (args: string[], keys: string, code = 0) => {
    const end = await inProcess([...args, '--json'], env(keys))
    assert.equal(end.code, code, end.stderr)
    return JSON.parse(end.stdout)
  }

  /** Stores sessions that this key seals. */
  const fill = async (key: string, count: number) => {
    const [id, bytes] = key.split(':') as [string, string]
    const store = new StoredSessionStore({
      database: database.url,
      keys: staticKeys([{ id, key: bytes }]),
      trim: false,
      migrate: true,
    })
    await Promise.all(Array.from({ length: count }, () => save(store, newId(), newSession({ note: 'x' }))))
    await store.close()
  }

  before(async () => {
    database = await target.create()
    await fill(older, 60)
  })
  after(() => database.drop())

  test('reencrypt is interrupted after its batch, goes on where it was, and keys shows how far it is', async () => {
    const both = `${newer},${older}`
    assert.deepEqual(await json(['keys'], both), {
      keys: [
        { id: idOf('2026-11'), state: 'current', rows: 0, name: '2026-11', since: null },
        { id: idOf('2026-08'), state: 'retired', rows: 60, name: '2026-08', since: null },
      ],
    })
    const command = await startCommand(['reencrypt', '--batch-size', '10', '--rate', '5', '--json'], { env: env(both) })
    await until('a batch is done', async () => (await sealedBy('2026-11')) > 0)
    command.child.kill('SIGTERM')
    const { code, stdout, stderr } = await command.end
    const { reencrypted, remaining, remainingByKey, unreadable } = JSON.parse(stdout)
    assert.equal(code, 130, stderr)
    assert.deepEqual([reencrypted + remaining, remainingByKey, unreadable], [60, { [idOf('2026-08')]: remaining }, 0])
    assert.ok(remaining > 0 && reencrypted % 10 === 0, `${reencrypted} of 60`)
    assert.equal(await sealedBy('2026-11'), reencrypted)
    assert.match(stderr, /^Sealing 60 sessions …\nStopping after this batch\. Interrupt again to stop at once\.\n/)
    assert.match(stderr, /\n\d+ sessions sealed with the current key; \d+ rows remain \(key \d+: \d+ rows\)\.\n$/)

    const rest = await json(['reencrypt'], both)
    assert.deepEqual(rest, { reencrypted: remaining, unreadable: 0, remaining: 0, remainingByKey: {} })
    assert.equal((await json(['reencrypt'], both)).reencrypted, 0)
  })

  test('sessions of a key that is not given are told of, and stay', async () => {
    await fill(lost, 2)
    const { code, stdout } = await commandLine(['keys', '--json'], { env: env(newer) })
    const { keys } = JSON.parse(stdout)
    assert.equal(code, 0)
    assert.deepEqual(keys[1], { id: idOf('lost'), state: 'unknown', rows: 2, name: null, since: null })
    const result = await json(['reencrypt'], newer, 3)
    assert.deepEqual([result.reencrypted, result.unreadable, result.remaining], [0, 2, 2])
  })

  async function sealedBy(name: string): Promise<number> {
    const [row] = await database.query(`SELECT count(*) AS n FROM stored_sessions WHERE key_id = ${idOf(name)}`)
    return Number(row!.n)
  }
})
