import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { StoredSessionStore } from '../../src/index.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { setColumn } from '../support/rows.ts'
import { destroy, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { userIdOf } from '../support/user-id.ts'
import { commandLine, settingsFor } from './command-line.ts'
import { inProcess } from './in-process.ts'

/** Names of users that want to move the cursor of a terminal, and to end a statement. */
const BOB = `bob\u001b[2J'; --`

forEachDatabase((target) => {
  let database: TestDatabase
  let store: StoredSessionStore
  const printed: string[] = []
  const ids: string[] = []

  /** Runs a command that is to end with 0, or with this code. */
  const run = async (args: string[], code = 0, start = inProcess) => {
    const end = await start(args, settingsFor(database))
    assert.equal(end.code, code, `${args.join(' ')}: ${end.stderr}`)
    printed.push(end.stdout, end.stderr)
    return end
  }
  /** The same in a process of its own, which each command has once. */
  const runAlone = (args: string[], code = 0) => run(args, code, (words, env = {}) => commandLine(words, { env }))
  const json = async (args: string[], code = 0, start = run) =>
    JSON.parse((await start([...args, '--json'], code)).stdout)

  before(async () => {
    database = await target.create()
  })
  after(async () => {
    await store?.close()
    await database.drop()
  })

  test('migrate shows what it would do, does it, and finds nothing to do the second time', async () => {
    const pending = await run(['migrate', '--status'], 3)
    assert.match(pending.stdout, /^pending {2}0000_create_stored_sessions\npending /)
    assert.equal(pending.stderr, 'To apply: npx stored-session migrate\n')
    const { stdout: sql } = await run(['migrate', '--dry-run'])
    assert.match(sql, /^-- 0000_create_stored_sessions\ncreate table if not exists \S*stored_sessions_migrations\S /m)
    // Nothing was done so far: that there is no table stops other commands, and names this one.
    const { stdout, stderr } = await run(['count'], 1)
    assert.deepEqual([stdout, /^error: the table "stored_sessions" is missing\. .*migrate/.test(stderr)], ['', true])
    const { applied } = await json(['migrate'], 0, runAlone)
    assert.equal(applied[0], '0000_create_stored_sessions')
    const done = await json(['migrate', '--status'])
    assert.deepEqual([done.pending, done.migrations.at(-1)], [0, { name: applied.at(-1), applied: true }])
    assert.deepEqual(
      [await run(['migrate', '--dry-run']), await json(['migrate'])],
      [{ code: 0, stdout: '', stderr: 'There is nothing to do.\n' }, { applied: [] }],
    )
  })

  test('list shows sessions in pages, and count and stats count them', async () => {
    store = new StoredSessionStore({ database: database.url, secret, trim: false, user: userIdOf })
    for (const userId of ['ada', BOB, 'ada', 'eve']) {
      ids.push(newId())
      await save(store, ids.at(-1)!, newSession({ userId }))
      // The listing goes by the millisecond in which a session began.
      const began = Date.now()
      await until('the clock went on', () => Date.now() > began)
    }
    await destroy(store, ids.at(-1)!)

    const text = await runAlone(['list', '--limit', '2'])
    const lines = text.stdout.trimEnd().split('\n')
    assert.match(lines[0]!, /^CREATED +LAST USED +UNTIL +STATE +BYTES +HANDLE +USER$/)
    assert.match(lines[1]!, /^2\d{3}-\S+Z {2}2\S+Z {2}2\S+Z {2}ended \(destroyed\) +0 +2::[0-9a-f]{64} {2}-$/)
    assert.equal(lines.length, 3)
    const cursor = /^There are more: --cursor (\S+)\n$/.exec(text.stderr)![1]!
    const rest = await json(['list', '--cursor', cursor])
    assert.deepEqual([rest.sessions.map((session: { user: string }) => session.user), rest.next], [[BOB, 'ada'], null])
    const { sessions } = await json(['list', '--all', '--user', 'ada', '--state', 'live', '--created-after', '1d'])
    assert.deepEqual(Object.keys(sessions[0]).sort(), LISTED)
    assert.deepEqual([sessions.length, sessions[0].state, sessions[0].endReason], [2, 'live', null])

    const bob = await run(['list', '--user', BOB])
    assert.match(bob.stdout, /bob\\u\{1b\}\[2J'; --\n$/)
    await setColumn(database, ids.at(-1)!, 'end_reason', '\u001b[2Jended')
    const ended = await run(['list', '--state', 'ended'])
    assert.match(ended.stdout, / {2}ended \(destroyed\) +0 /)
    assert.ok(!ended.stdout.includes('\u001b'))
    assert.equal((await runAlone(['count'])).stdout, '4\n')
    assert.deepEqual(await json(['count', '--user', BOB, '--touched-before', '2999-01-01']), { sessions: 1 })
    const { bytes, oldest, ...stats } = await json(['stats'], 0, runAlone)
    assert.deepEqual(stats, { live: 3, ended: 1, expired: 0, exact: true })
    assert.deepEqual([bytes > 100, new Date(oldest).getTime() > Date.now() - 600_000], [true, true])
  })

  test('revoke rehearses, asks for --yes where nobody can be asked, and ends sessions', async () => {
    const { stdout, stderr } = await run(['revoke', '--user', 'ada', '--dry-run'])
    assert.deepEqual([stdout, stderr], ['2\n', '2 sessions would end. Nothing was done.\n'])
    await run(['revoke', '--user', 'ada'], 2)
    const { sessions } = await json(['list', '--user', 'ada'])
    const [kept, other] = sessions.map(({ handle }: { handle: string }) => handle)
    const elsewhere = await json(['revoke', '--user', 'ada', '--except', kept, '--yes'])
    assert.deepEqual(elsewhere, { revoked: 1, dryRun: false, complete: true })
    assert.equal((await run(['revoke', '--handle', other, '--yes'])).stdout, '0\n')
    assert.equal((await json(['revoke', '--handle', kept, '--user', BOB, '-y'])).revoked, 0)
    assert.equal((await json(['revoke', '--handle', kept, '-y'])).revoked, 1)
    assert.equal((await json(['revoke', '--all', '--dry-run'])).revoked, 1)
    const all = await runAlone(['revoke', '--before', '2999-01-01', '--yes'])
    assert.equal(all.stdout, '1\n')
    for (const name of ['count', 'list', 'revoke']) {
      const refused = await run([name, '--user', 'half \ud83d', ...(name === 'revoke' ? ['--yes'] : [])], 2)
      assert.match(
        refused.stderr,
        /^error: --user must be a user id, a string of 1 to 255 characters, without NUL and without half/,
      )
    }
    assert.match(all.stderr, /^Ending all sessions from before 2999-01-01 …\n1 session ended\.\n$/)
    assert.deepEqual(await json(['count', '--state', 'live']), { sessions: 0 })
  })

  test('nothing that was printed holds a secret, an id of a session, or the address of the database', () => {
    const all = printed.join('')
    assert.ok(all.length > 3_000)
    assert.ok(ids.length === 4 && [...ids, secret].every((hidden) => !all.includes(hidden)))
    if (database.dialect !== 'sqlite') assert.ok(!all.includes(new URL(database.url).host))
  })
})

const LISTED = ['bytes', 'createdAt', 'endReason', 'expiresAt', 'handle', 'state', 'touchedAt', 'user']
