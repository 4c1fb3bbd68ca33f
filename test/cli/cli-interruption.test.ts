import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { databases, forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { migrated } from '../migrating/migrated.ts'
import { insertMany } from '../support/many-rows.ts'
import { until } from '../support/until.ts'
import { countRows } from '../trimming/due-rows.ts'
import { type RunningCommand, settingsFor, startCommand } from './command-line.ts'
import { inProcess } from './in-process.ts'
import { lockRows } from './row-lock.ts'

/** Rows that revoke ends with one statement. */
const BATCH = 500
const STOPPING = 'Stopping after this batch. Interrupt again to stop at once.\n'

const start = (database: TestDatabase, args: string[]) => startCommand(args, { env: settingsFor(database) })
const run = async (database: TestDatabase, args: string[]) => {
  const { code, stdout, stderr } = await inProcess([...args, '--json'], settingsFor(database))
  return { code, stderr, ...JSON.parse(stdout) }
}
const said = ({ stderr }: RunningCommand, text: string) => until(`it says ${text}`, () => stderr().includes(text))

forEachDatabase((target) => {
  let database: TestDatabase
  before(async () => {
    database = await migrated(target)
    await insertMany(database, { count: 2 * BATCH + 200, createdAt: `${Date.now()} - i` })
  })
  after(() => database.drop())

  test('revoke is interrupted after its batch, and ends the rest when it is repeated', async () => {
    const unlock = await lockRows(database)
    const command = await start(database, ['revoke', '--all', '--yes', '--json'])
    await said(command, 'Ending the sessions of all users …\n')
    command.child.kill('SIGINT')
    await said(command, STOPPING)
    // npm passes on the signal that the terminal has sent already: that is one wish and not two.
    command.child.kill('SIGINT')
    await unlock()
    const { code, stdout, stderr } = await command.end
    assert.equal(code, 130, stderr)
    assert.deepEqual(JSON.parse(stdout), { revoked: BATCH, dryRun: false, complete: false })
    assert.match(stderr, /\n500 sessions ended\. There are more: repeat the command\.\n$/)

    const { revoked, complete } = await run(database, ['revoke', '--all', '--yes'])
    assert.deepEqual([revoked, complete], [BATCH + 200, true])
    assert.equal((await run(database, ['revoke', '--all', '--yes'])).revoked, 0)
  })

  test('trim is interrupted after its batch, and deletes the rest when it is repeated', async () => {
    await database.query('UPDATE stored_sessions SET trim_at = 1')
    const rows = await countRows(database)
    const limits = ['--batch-size', '5', '--pause', '200']
    const limited = await run(database, ['trim', '--max-rows', '100'])
    assert.deepEqual([limited.code, limited.stopped, limited.trimmed, limited.complete], [4, 'rows', 100, false])
    const command = await start(database, ['trim', ...limits, '--json'])
    await until('a batch is done', async () => (await countRows(database)) < rows - 100)
    command.child.kill('SIGINT')
    const { code, stdout, stderr } = await command.end
    assert.equal(code, 130, stderr)
    const { trimmed, stopped, complete, backlog } = JSON.parse(stdout)
    assert.deepEqual([stopped, complete, trimmed % 5, backlog], ['aborted', false, 0, rows - 100 - trimmed])
    assert.equal(await countRows(database), backlog)
    assert.equal(stderr, `${STOPPING}${trimmed} rows deleted until it was interrupted; ${grouped(backlog)} are left.\n`)

    const rest = await run(database, ['trim'])
    assert.deepEqual([rest.code, rest.trimmed, rest.complete, rest.backlog], [0, backlog, true, 0])
    const gentle = await run(database, ['trim', '--pause', 'auto'])
    assert.deepEqual([gentle.code, gentle.trimmed, gentle.complete], [0, 0, true])
  })
})

test('a second signal ends a command at once, in the middle of its batch', async () => {
  const database = await migrated(databases[0]!)
  await insertMany(database, { count: 2, createdAt: `${Date.now()}` })
  const unlock = await lockRows(database)
  const command = await start(database, ['revoke', '--all', '--yes'])
  await said(command, 'Ending the sessions of all users …\n')
  command.child.kill('SIGINT')
  await said(command, STOPPING)
  await sleep(400)
  command.child.kill('SIGINT')
  const { code, stdout } = await command.end
  assert.deepEqual([code, stdout], [130, ''])
  await unlock()
  await database.drop()
})

test('stats --watch prints a line each time until it is interrupted, and ends when nobody reads any more', async () => {
  const database = await migrated(databases[0]!)
  const [watched, unread] = await Promise.all([
    start(database, ['stats', '--watch', '--interval', '20ms', '--json']),
    start(database, ['stats', '--watch', '--interval', '20ms']),
  ])
  unread.child.stdout!.once('data', () => unread.child.stdout!.destroy())
  const { code: unreadCode, stderr } = await unread.end
  assert.deepEqual([unreadCode, stderr], [0, ''])
  let lines = 0
  watched.child.stdout!.on('data', () => {
    lines++
  })
  await until('three lines are there', () => lines > 2)
  watched.child.kill('SIGINT')
  const { code, stdout } = await watched.end
  const [first] = stdout.split('\n')
  const keys = Object.keys(JSON.parse(first!)).sort()
  assert.deepEqual([code, keys], [130, ['bytes', 'ended', 'exact', 'expired', 'live', 'oldest', 'time']])
  await database.drop()
})

const grouped = (number: number) => number.toLocaleString('en-US')
