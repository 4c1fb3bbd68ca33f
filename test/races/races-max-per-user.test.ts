import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionListing } from '../../src/database/contract/session-database.ts'
import { openDatabase } from '../../src/database/open.ts'
import { StoredSessionStore } from '../../src/index.ts'
import { databases } from '../harness/databases.ts'
import { unendedRows } from '../support/rows.ts'
import { newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'
import { scheduledDatabase } from './protocol.ts'
import { everyInterleaving, type Scheduler } from './scheduler.ts'

// The order of the statements is the scheduler's alone, so that the quickest database does for all.
for (const evict of ['oldest', 'least-recent', 'refuse'] as const) {
  test(`in no order of their statements two sign-ins get one place, ${evict}`, async (t) => {
    const database = await databases[0]!.create()
    let current: Scheduler | undefined
    const open = async () => {
      const opened = await openDatabase(database.dialect, database.url, 'stored_sessions')
      const listing: SessionListing = {
        ...opened.listing!,
        list: (...all) => {
          const list = () => opened.listing!.list(...all)
          return current?.step('list', list) ?? list()
        },
      }
      const scheduled = { ...scheduledDatabase(opened, () => current), listing }
      const store = new StoredSessionStore({
        database: scheduled,
        secret,
        trim: false,
        migrate: true,
        user: userIdOf,
        maxPerUser: 1,
        evict,
      })
      await store.ready()
      return { store, close: () => store.close().then(() => opened.close()) }
    }
    const [one, other] = [await open(), await open()]
    const signIn = ({ store }: typeof one) =>
      save(store, newId(), newSession({ userId: 'ada' })).catch(({ code }) => code)
    const count = await everyInterleaving(async (scheduler, plan) => {
      current = scheduler
      const settled = await scheduler.run({ a: () => signIn(one), b: () => signIn(other) }, plan)
      current = undefined
      const steps = scheduler.decisions.map(({ label }) => label).join(' ')
      const live = await unendedRows(database)
      assert.equal(live.length, 1, steps)
      const codes = settled.flatMap((result) => (result.status === 'fulfilled' ? (result.value ?? []) : []))
      assert.deepEqual(codes, evict === 'refuse' ? ['FST_STORED_SESSION_TOO_MANY'] : [], steps)
      await database.query('DELETE FROM stored_sessions')
    })
    t.diagnostic(`${count} interleavings`)
    await one.close()
    await other.close()
    await database.drop()
  })
}
