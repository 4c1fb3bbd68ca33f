import assert from 'node:assert/strict'
import { userInfo } from 'node:os'
import { after, before, test } from 'node:test'
import { StoredSessionStore } from '../../src/index.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { handleOf } from '../support/rows.ts'
import { destroy, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'
import { commandLine, settingsFor } from './command-line.ts'
import { inProcess } from './in-process.ts'

/** A user whose name is a formula in a spreadsheet, moves the cursor of a terminal, and needs quotes. */
const EVE = '=1+1",\u001b[2J'
const MANY = 1_200

forEachDatabase((target) => {
  let database: TestDatabase
  const id = newId()

  const run = async (args: string[], code = 0, start = inProcess) => {
    const end = await start(args, settingsFor(database))
    assert.equal(end.code, code, `${args.join(' ')}: ${end.stderr}`)
    return end
  }

  /** The same in a process of its own, whose output may be long. */
  const runAlone = (args: string[]) => run(args, 0, (words, env = {}) => commandLine(words, { env }))

  before(async () => {
    database = await target.create()
    const store = new StoredSessionStore({
      database: database.url,
      secret,
      migrate: true,
      trim: false,
      user: userIdOf,
      history: true,
    })
    await save(store, id, newSession({ userId: EVE }))
    await store.flush()
    await destroy(store, id)
    for (let n = 0; n < MANY; n += 100) {
      await Promise.all(Array.from({ length: 100 }, () => save(store, newId(), newSession({ userId: 'ada' }))))
    }
    await store.flush()
    await store.close()
  })
  after(() => database.drop())

  test('history prints events in columns, as JSON and as CSV', async () => {
    const text = await run(['history', '--user', EVE])
    const lines = text.stdout.trimEnd().split('\n')
    assert.match(lines[0]!, /^AT +KIND +REASON +ACTOR +COUNT +HANDLE +USER$/)
    assert.match(lines[1]!, /^2\S+Z {2}ended +destroyed +- +- +2::[0-9a-f]{64} {2}=1\+1",\\u\{1b\}\[2J$/)
    assert.equal(lines.length, 3)
    const { events, next } = JSON.parse((await run(['history', '--handle', handleOf(id), '--json'])).stdout)
    assert.deepEqual(
      [events.map(({ kind, user, reason }: Record<string, string>) => [kind, user, reason]), next],
      [
        [
          ['ended', EVE, 'destroyed'],
          ['created', EVE, undefined],
        ],
        null,
      ],
    )
    const csv = (await run(['history', '--user', EVE, '--kind', 'ended', '--csv'])).stdout.trimEnd().split('\n')
    assert.equal(
      csv[0],
      'at,kind,handle,user,actor,reason,previousHandle,sessions,events,ip,userAgent,location,state,id',
    )
    const [at, rest] = [csv[1]!.slice(0, 24), csv[1]!.slice(24, -32)]
    assert.equal(new Date(at).toISOString(), at)
    assert.equal(rest, `,ended,${handleOf(id)},"'=1+1"",\u001b[2J",,destroyed,,,,,,,,`)
  })

  test('history prints every page, and nothing of other times and kinds', async () => {
    const { stdout } = await runAlone(['history', '--user', 'ada', '--kind', 'created', '--csv'])
    assert.equal(stdout.trimEnd().split('\n').length, MANY + 1)
    const pages = (await runAlone(['history', '--kind', 'created', '--kind', 'ended', '--json'])).stdout
      .trimEnd()
      .split('\n')
    const ids = pages.flatMap((page) => JSON.parse(page).events.map((event: { id: string }) => event.id))
    assert.deepEqual([pages.length, new Set(ids).size], [3, MANY + 2])
    assert.equal((await run(['history', '--before', '1d'])).stderr, 'There are none.\n')
    assert.match((await run(['history', '--kind', 'unknown'], 1)).stderr, /kind must be one or several of "created"/)
    await run(['history', '--csv', '--json'], 2)
  })

  test('forget rehearses, asks, erases, and names the operator', async () => {
    const rehearsal = await run(['forget', '--user', EVE, '--dry-run'])
    assert.deepEqual(rehearsal, {
      code: 0,
      stdout: '0 2\n',
      stderr: '0 sessions would end, and 2 events would be erased. Nothing was done.\n',
    })
    await run(['forget', '--user', EVE], 2)
    await run(['forget', '--yes'], 2)
    const done = JSON.parse((await run(['forget', '--user', EVE, '--yes', '--json'])).stdout)
    assert.deepEqual(done, { sessions: 0, events: 2, dryRun: false })
    const { events } = JSON.parse((await run(['history', '--kind', 'revoked', '--json'])).stdout)
    assert.deepEqual([events[0].actor, events[0].reason, events.length], [userInfo().username, 'forgotten', 1])
    assert.equal((await run(['history', '--user', EVE])).stderr, 'There are none.\n')
  })

  test('without the table of events, forget ends the sessions, and history names the command', async () => {
    await database.query('DROP TABLE stored_sessions_events')
    assert.match((await run(['history'], 1)).stderr, /stored_sessions_events.*migrate/s)
    const done = JSON.parse((await run(['forget', '--user', 'ada', '--yes', '--json'])).stdout)
    assert.deepEqual(done, { sessions: MANY, events: 0, dryRun: false })
  })
})
