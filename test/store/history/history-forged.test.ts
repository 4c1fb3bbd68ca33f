import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { forEachDatabase } from '../../harness/databases.ts'
import { eventsOf } from '../../support/history.ts'
import { destroy, newSession, save } from '../../support/sessions.ts'
import { newId, storesOn } from '../../support/stores.ts'
import { userIdOf } from '../../support/user-id.ts'

forEachDatabase((target) => {
  const suite = storesOn(target, { user: userIdOf, history: true })
  const TABLE = 'stored_sessions_events'

  beforeEach(async () => {
    await suite.store.flush()
    for (const table of ['stored_sessions', TABLE]) await suite.database.query(`DELETE FROM ${table}`)
    const id = newId()
    await save(suite.store, id, newSession({ userId: 'ada' }))
    await destroy(suite.store, id)
    await suite.store.flush()
  })

  const bytes = (hex: string) => (suite.database.dialect === 'pg' ? `'\\x${hex}'` : `x'${hex}'`)

  const changes: Record<string, () => string> = {
    'whose user was changed': () => "user_id = 'grace'",
    'whose user was removed': () => 'user_id = NULL',
    'whose kind was changed': () => "kind = 'rotated'",
    'whose time was changed': () => 'at = at - 1',
    'that was moved to another session': () => `sid = ${bytes('ab'.repeat(32))}`,
    'that has another id': () => `id = ${bytes('ab'.repeat(16))}`,
    'whose details were replaced': () => `data = ${bytes('06'.repeat(60))}`,
    'whose details were emptied': () => `data = ${bytes('')}`,
  }
  for (const [name, change] of Object.entries(changes)) {
    test(`an event ${name} is listed as unreadable, without what it says`, async () => {
      await suite.database.query(`UPDATE ${TABLE} SET ${change()} WHERE kind = 'ended'`)
      const events = await eventsOf(suite.store)
      const unreadable = events.filter(({ isUnreadable }) => isUnreadable)
      assert.equal(events.length, 2)
      assert.equal(unreadable.length, 1)
      assert.deepEqual(Object.keys(unreadable[0]!), ['id', 'handle', 'kind', 'at', 'isUnreadable'])
    })
  }

  test('the details of one event do not open as the details of another', async () => {
    const rows = await suite.database.query(`SELECT data FROM ${TABLE} WHERE kind = 'created'`)
    const data = Buffer.from(rows[0]!.data as Uint8Array).toString('hex')
    await suite.database.query(`UPDATE ${TABLE} SET data = ${bytes(data)} WHERE kind = 'ended'`)
    const [created, ended] = await eventsOf(suite.store)
    assert.deepEqual([created?.isUnreadable, ended?.isUnreadable], [undefined, true])
  })

  test('the table shows neither the reason of an end nor the session before', async () => {
    const rows = await suite.database.query(`SELECT * FROM ${TABLE}`)
    const shown = rows
      .flatMap((row) => Object.values(row))
      .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)))
    assert.ok(shown.every((text) => !text.includes('destroyed')))
  })
})
