import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { StoredSessionStore } from '../../src/index.ts'
import { databases, forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { fillOtherStore, otherId, tableStores } from '../importing/table-rows.ts'
import { contentOf, loaded } from '../support/sessions.ts'
import { secret } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { commandLine, type RunningCommand, settingsFor, startCommand } from './command-line.ts'
import { inProcess } from './in-process.ts'
import { interrupted } from './interrupted.ts'

const NONE = { over: 0, exists: 0, invalidId: 0, unreadable: 0, unstorable: 0, tooLarge: 0 }
const SESSIONS = 3_000
const COPIED = 1_500

async function migrated(database: TestDatabase, options = {}): Promise<StoredSessionStore> {
  const store = new StoredSessionStore({ database: database.url, secret, migrate: true, trim: false, ...options })
  await store.ready()
  return store
}

forEachDatabase((target) => {
  const { name, table } = tableStores[target.dialect]
  let database: TestDatabase
  let store: StoredSessionStore
  const run = (...args: string[]) => commandLine(['import', '--from', name, ...args], { env: settingsFor(database) })
  const quickly = (...args: string[]) => inProcess(args, settingsFor(database))
  const rows = async (where = '') => {
    const [row] = await database.query(`select count(*) as n from stored_sessions ${where}`)
    return Number(row!.n)
  }

  before(async () => {
    database = await target.create()
    store = await migrated(database)
  })
  after(async () => {
    await store.close()
    await database.drop()
  })

  test('import reads the table beside the sessions, says what it would do, does it, and finds it done', async () => {
    await fillOtherStore(database, 3)
    const rehearsal = await quickly('import', '--from', name, '--dry-run', '--json')
    assert.deepEqual([rehearsal.code, await rows()], [0, 0], rehearsal.stderr)
    const expected = { read: 3, imported: 3, skipped: NONE, complete: true }
    assert.deepEqual(JSON.parse(rehearsal.stdout), { ...expected, dryRun: true })
    assert.match(rehearsal.stderr, /3 sessions of 3 would be imported\. Nothing was written\.\n$/)

    const first = await run()
    assert.deepEqual([first.code, first.stdout], [0, '3\n'], first.stderr)
    assert.match(first.stderr, /3 sessions of 3 imported\.\n$/)
    const session = contentOf(await loaded(store, otherId(2)))
    assert.deepEqual([session.n, session.roles], [2, ['reader', 'writer']])
    assert.doesNotMatch(rehearsal.stderr + first.stderr, new RegExp(`${secret}|${otherId(2)}|//[^ ]*@`))

    const again = await quickly('import', '--from', name, '--json')
    assert.deepEqual(JSON.parse(again.stdout).skipped, { ...NONE, exists: 3 })
    assert.deepEqual([again.code, await rows()], [0, 3])
    assert.match(again.stderr, /0 sessions of 3 imported; left out: 3 here already\.\n$/)
  })

  test('import tells by its code and by reasons that sessions were left out that are not over', async () => {
    await database.query(`delete from ${table}`)
    await database.query('delete from stored_sessions')
    const [id, , content] = { pg: ['sid', '', 'sess'], mysql: ['session_id', '', 'data'], sqlite: ['sid', '', 'sess'] }[
      target.dialect
    ]
    await database.query(
      `insert into ${table} (${id}, ${content}) values ('one', '[]'), ('two words', '{"cookie":{}}')`,
    )
    const { code, stdout, stderr } = await quickly('import', '--from', name, '--json')
    assert.deepEqual(JSON.parse(stdout).skipped, { ...NONE, invalidId: 1, unreadable: 1 }, stderr)
    assert.equal(code, 3)
    assert.match(stderr, /left out: 1 without a valid id, 1 that cannot be read\.\n$/)
  })

  test('import that is interrupted finishes its batch, says so, and its repetition takes the rest', async () => {
    await database.query(`delete from ${table}`)
    await database.query('delete from stored_sessions')
    await fillOtherStore(database, SESSIONS)
    const place = { env: settingsFor(database) }
    const first = await interrupted(['import', '--from', name, '--json'], place, 'Reading sessions')
    assert.equal(first.code, 130, first.stderr)
    const { imported, complete } = JSON.parse(first.stdout)
    assert.deepEqual([complete, await rows()], [false, imported])
    assert.ok(imported > 0 && imported < SESSIONS && imported % 200 === 0, String(imported))
    assert.match(first.stderr, /Stopping after this batch.*\nNot all were read: repeat the command\.\n$/s)

    const second = await quickly('import', '--from', name, '--json')
    assert.equal(second.code, 0, second.stderr)
    assert.deepEqual(JSON.parse(second.stdout), {
      read: SESSIONS,
      imported: SESSIONS - imported,
      skipped: { ...NONE, exists: imported },
      complete: true,
      dryRun: false,
    })
    assert.equal(await rows(), SESSIONS)
    assert.equal(await rows('where key_id is null'), 0)
  })

  test('upgrade hashes and seals what was copied, rehearses it, and finds it done', async () => {
    await database.query('delete from stored_sessions')
    await copyIntoTable(database, 3)
    const skipped = { ...NONE, needsCookie: 0 }
    const expected = { read: 3, hashed: 3, sealed: 0, skipped, complete: true }
    const rehearsal = await quickly('upgrade', '--json', '--dry-run')
    assert.deepEqual(JSON.parse(rehearsal.stdout), { ...expected, dryRun: true }, rehearsal.stderr)
    assert.match(rehearsal.stderr, /3 sessions would be hashed and sealed, 0 sessions would be sealed\. Nothing was/)
    assert.equal(await rows('where key_id is null'), 3)
    const first = await commandLine(['upgrade', '--json'], { env: settingsFor(database) })
    assert.deepEqual([first.code, JSON.parse(first.stdout)], [0, { ...expected, dryRun: false }], first.stderr)
    assert.equal((await loaded(store, copiedId(2))).n, 2)
    const again = await quickly('upgrade', '--json')
    assert.deepEqual([again.code, JSON.parse(again.stdout).read], [0, 0])
    assert.doesNotMatch(first.stderr, new RegExp(copiedId(2)))
  })

  test('upgrade ends with 3 when something stays in clear, and with 130 when it is interrupted', async () => {
    await database.query('delete from stored_sessions')
    await copyIntoTable(database, COPIED)
    const place = { env: settingsFor(database) }
    const first = await interrupted(['upgrade', '--json', '--batch-size', '50'], place, 'Reading the rows')
    assert.equal(first.code, 130, first.stderr)
    const { hashed, complete } = JSON.parse(first.stdout)
    assert.ok(!complete && hashed < COPIED && hashed % 50 === 0, String(hashed))
    assert.equal(await rows('where key_id is null'), COPIED - hashed)
    await copyIntoTable(database, 1, '{"cut')
    const second = await quickly('upgrade', '--json')
    const result = JSON.parse(second.stdout)
    assert.deepEqual([second.code, result.hashed, result.skipped.unreadable], [3, COPIED - hashed, 1], second.stderr)
    assert.match(second.stderr, /left out: 1 that cannot be read\.\n$/)
  })
})

/** The ids that {@link copyIntoTable} gives: 32 characters, as @fastify/session makes them. */
const copiedId = (n: number) => `copied-by-sql-and-in-clear-${String(n).padStart(5, '0')}`

/** Copies sessions into our table by SQL, in clear. */
async function copyIntoTable(database: TestDatabase, count: number, content?: string): Promise<void> {
  const { dialect, query } = database
  const { table } = tableStores[dialect]
  await query(`drop table if exists ${table}`)
  await fillOtherStore(database, count)
  const prefix = content ? 'unreadable-in-clear-00000000' : copiedId(0).slice(0, -5)
  const [now, later] = [Date.now(), Date.now() + 7_200_000]
  const { id, data, bytes } = {
    pg: {
      id: `'${prefix}' || right(sid, 5)`,
      data: 'sess::text',
      bytes: (text: string) => `convert_to(${text}, 'UTF8')`,
    },
    mysql: { id: `concat('${prefix}', right(session_id, 5))`, data: 'data', bytes: (text: string) => text },
    sqlite: { id: `'${prefix}' || substr(sid, -5)`, data: 'sess', bytes: (text: string) => `cast(${text} as blob)` },
  }[dialect]
  await query(`insert into stored_sessions (sid, data, version, created_at, touched_at, expires_at, trim_at)
    select ${bytes(content ? id.replace('5)', '4)') : id)}, ${bytes(content ? `'${content}'` : data)}, 1, ${now}, ${now},
    ${later}, ${later} from ${table}`)
}

describe('import', () => {
  let database: TestDatabase
  let folder: string
  let store: StoredSessionStore
  before(async () => {
    database = await databases[0]!.create()
    folder = temporaryFolder('cli-import')
    store = await migrated(database)
    // Beside the other tests, because it takes five seconds.
    long = await startCommand(['import', '--from', 'json'], { env: settingsFor(database), input })
    feeding = setInterval(() => {
      for (let n = 0; n < 20; n++) input.write(line(sent++))
    }, 50)
  })
  after(async () => {
    clearInterval(feeding)
    input.end()
    await long?.end
    await store.close()
    await database.drop()
  })
  const run = (args: string[], env = {}) =>
    commandLine(['import', ...args], { env: { ...settingsFor(database), ...env } })
  const input = new PassThrough()
  let long: RunningCommand
  let feeding: NodeJS.Timeout
  let sent = 1_000
  const line = (n: number) => `${JSON.stringify({ id: `line-${n}`, session: { n } })}\n`

  test('takes no password in an argument, and reads it from a variable', async () => {
    const urls = ['postgres://ada:hidden@h/d', 'mysql://h/d?password=hidden', 'redis://:hidden@h']
    const refused = urls.map((source) => run(['--from', 'connect-pg-simple', '--source', source]))
    for (const { code, stdout, stderr } of await Promise.all(refused)) {
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, /the URL in --source seems to have a password.* Set SOURCE_URL/)
      assert.doesNotMatch(stderr, /hidden/)
    }
    const env = { SOURCE_URL: 'postgres://ada:hidden@127.0.0.1:1/d', OTHER_URL: 'redis://:hidden@127.0.0.1:1' }
    const sources = [
      ['--from', 'connect-pg-simple'],
      ['--from', 'connect-redis', '--source-env', 'OTHER_URL'],
    ]
    for (const { code, stderr } of await Promise.all(sources.map((args) => run(args, env)))) {
      assert.equal(code, 1)
      assert.match(stderr, /cannot be read \(ECONNREFUSED/)
      assert.doesNotMatch(stderr, /hidden/)
    }
  })

  test('refuses by name what cannot be meant', async () => {
    const refused: [args: string[], code: number, message: RegExp][] = [
      [[], 2, /--from must be one of connect-pg-simple, /],
      [['--from', 'connect-mongo'], 2, /--from must be one of connect-pg-simple, /],
      [['--from', 'json', '--table', 'x'], 2, /json has none/],
      [['--from', 'connect-pg-simple', '--prefix', 'x'], 2, /--prefix is only for connect-redis; omit it/],
      [['--from', 'json', '--source', 'a', '--source-env', 'B'], 2, /--source and --source-env cannot be combined/],
      [['--from', 'json', '--source-env', 'NOWHERE'], 1, /the variable NOWHERE, which --source-env names, is not set/],
      [['--from', 'connect-redis'], 1, /the source is missing; set SOURCE_URL to the URL of the Redis/],
      [['--from', 'json', '--source', join('no', 'file')], 1, /cannot be read \(ENOENT/],
      [['--from', 'express-mysql-session', '--source', 'redis://h'], 1, /url must be mysql:/],
    ]
    const ends = await Promise.all(refused.map(([args]) => run(args)))
    ends.forEach(({ code, stderr }, index) => {
      const [args, expected, message] = refused[index]!
      assert.equal(code, expected, `${args.join(' ')}: ${stderr}`)
      assert.match(stderr, message)
    })
  })

  test('reads lines of JSON from a file, with a table and a user that the configuration names', async () => {
    const file = join(folder, 'sessions.jsonl')
    writeFileSync(file, [1, 2, 3].map(line).join(''))
    const config = join(folder, 'stored-session.config.mjs')
    writeFileSync(
      config,
      `export default { database: process.env.URL, secret: process.env.SECRET, user: ({ n }) => 'user ' + n }`,
    )
    const args = ['import', '--config', config, '--from', 'json', '--source', file]
    const { code, stderr } = await commandLine(args, { env: { URL: database.url, SECRET: secret } })
    assert.equal(code, 0, stderr)
    assert.doesNotMatch(stderr, /no option "user"/)
    assert.equal(await store.count({ user: 'user 2' }), 1)
  })

  test('reads lines of JSON from stdin, with a line of progress where there is no terminal', async () => {
    // A line appears with the first batch that ends after five seconds.
    await until('a line of progress', () => /^read /m.test(long.stderr()))
    clearInterval(feeding)
    input.end()
    const { code, stdout, stderr } = await long.end
    assert.deepEqual([code, stdout], [0, `${sent - 1_000}\n`], stderr)
    assert.match(stderr, /^read [\d,]+, [\d,]+\/s$/m)
    assert.match(stderr, /The environment has no option "user"/)
  })
})
