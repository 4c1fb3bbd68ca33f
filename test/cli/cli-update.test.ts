import assert from 'node:assert/strict'
import { userInfo } from 'node:os'
import { after, before, test } from 'node:test'
import { StoredSessionStore } from '../../src/index.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { handleOf } from '../support/rows.ts'
import { contentOf, loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'
import { settingsFor } from './command-line.ts'
import { inProcess } from './in-process.ts'

forEachDatabase((target) => {
  let database: TestDatabase
  let store: StoredSessionStore
  const [ada, phone, eve] = [newId(), newId(), newId()]

  const run = async (args: string[], code = 0) => {
    const end = await inProcess(['update', ...args], settingsFor(database))
    assert.equal(end.code, code, `${args.join(' ')}: ${end.stderr}`)
    return end
  }
  const read = async (id: string) => contentOf(await loaded(store, id))

  before(async () => {
    database = await target.create()
    store = new StoredSessionStore({ database: database.url, secret, migrate: true, trim: false, user: userIdOf })
    for (const id of [ada, phone]) await save(store, id, newSession({ userId: 'ada', role: 'reader', cart: [1] }))
    await save(store, eve, newSession({ userId: 'eve', role: 'reader' }))
  })
  after(async () => {
    await store.close()
    await database.drop()
  })

  test('update changes the sessions of a user, with values that are JSON or text', async () => {
    const args = ['--user', 'ada', '--set', 'role=editor', '--set', 'n=5', '--set', 'zip="05"', '--unset', 'cart']
    assert.equal((await run([...args, '--dry-run'])).stdout, '2\n')
    assert.deepEqual((await read(ada)).role, 'reader')
    const { stdout, stderr } = await run([...args, '--set', 'limits={"a":[1,null]}', '--set', 'url=https://e.org/?a=b'])
    assert.deepEqual([stdout, stderr], ['2\n', '2 sessions changed; 0 sessions had these values already.\n'])
    const url = 'https://e.org/?a=b'
    const expected = { userId: 'ada', role: 'editor', n: 5, zip: '05', limits: { a: [1, null] }, url }
    for (const id of [ada, phone]) assert.deepEqual(await read(id), expected)
    assert.equal((await read(eve)).role, 'reader')
    const result = JSON.parse((await run([...args, '--json'])).stdout)
    assert.deepEqual(result, { updated: 0, unchanged: 2, unreadable: 0, remaining: 0, dryRun: false })
  })

  test('update asks before it changes the sessions of all users', async () => {
    await run(['--all', '--set', 'seen=true'], 2)
    assert.equal((await run(['--all', '--set', 'seen=true', '--yes'])).stdout, '3\n')
    assert.equal((await read(eve)).seen, true)
    assert.equal((await run(['--handle', handleOf(eve), '--unset', 'seen'])).stdout, '1\n')
  })

  test('update refuses what it cannot do', async () => {
    for (const [args, message] of [
      [['--set', 'a=1'], /no sessions are named/],
      [['--user', 'ada'], /nothing to change/],
      [['--user', 'ada', '--set', 'role'], /--set needs a key and a value/],
      [['--user', 'ada', '--set', '=1'], /--set needs a key and a value/],
      [['--user', 'ada', '--set', 'cookie={}'], /cannot set cookie/],
      [['--user', 'ada', '--set', 'a=1', '--set', 'a=2'], /set twice/],
      [['--user', 'ada', '--set', 'a=1', '--unset', 'a'], /in --set and in --unset/],
      [['--user', 'ada', '--all', '--set', 'a=1'], /--all cannot be combined/],
    ] as const)
      assert.match((await run([...args], 2)).stderr, message)
  })

  test('update names the operator in the history', async () => {
    const recording = new StoredSessionStore({ database: database.url, secret, trim: false, history: true })
    await recording.updateAll({ user: 'ada' }, () => {}, { actor: userInfo().username })
    const { events } = await recording.history({ kind: 'updated' })
    assert.deepEqual([events[0]!.actor, events[0]!.filter], [userInfo().username, ['user']])
    await recording.close()
  })
})
