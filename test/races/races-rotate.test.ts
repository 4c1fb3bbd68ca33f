import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDatabase } from '../../src/database/open.ts'
import { StoredSessionStore } from '../../src/index.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { unendedRows } from '../support/rows.ts'
import { destroy, load, newSession, save, touch } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { scheduledDatabase } from './protocol.ts'
import { everyInterleaving, type Scheduler } from './scheduler.ts'

/** What one party of a race was told. */
interface Deed {
  ended?: boolean
  saved?: string
  /** The id that the session has now. */
  moved?: string
  /** The id of a session that is another one. */
  begun?: string
}

type Operation = (store: StoredSessionStore, id: string, user: string) => Promise<Deed>

async function rotate(store: StoredSessionStore, id: string): Promise<Deed> {
  const session = await load(store, id)
  if (!session) return {}
  const { $storedSession, ...heir } = session
  const moved = newId()
  return (await store.rotate({ oldId: id, newId: moved, session, heir } as never)) ? { moved } : {}
}

/** What can be under way beside a rotation. */
const others: Record<string, Operation> = {
  rotate,
  async save(store, id) {
    const session = await load(store, id)
    if (!session) return {}
    session.other = 1
    await save(store, id, session)
    return { saved: 'other' }
  },
  async touch(store, id) {
    const session = await load(store, id)
    if (session) await touch(store, id, session)
    return {}
  },
  async destroy(store, id) {
    if (!(await load(store, id))) return {}
    await destroy(store, id)
    return { ended: true }
  },
  async regenerate(store, id, user) {
    if (!(await load(store, id))) return {}
    const begun = newId()
    await destroy(store, id)
    await save(store, begun, newSession({ user }))
    return { ended: true, begun }
  },
  async revoke(store, _id, user) {
    await store.revoke({ user })
    return { ended: true }
  },
  async trim(store) {
    await store.trim()
    return {}
  },
}

forEachDatabase((target) => {
  let database: TestDatabase
  let current: Scheduler | undefined
  const stores: StoredSessionStore[] = []
  const closings: (() => Promise<void>)[] = []
  let gone = 0

  before(async () => {
    database = await target.create()
    for (const migrate of [true, false]) {
      const opened = await openDatabase(database.dialect, database.url, 'stored_sessions')
      const scheduled = scheduledDatabase(opened, () => current)
      const user = (session: Record<string, unknown>) => session.user as string
      const store = new StoredSessionStore({ database: scheduled, secret, trim: false, user, migrate })
      await store.ready()
      store.events.on('gone', () => {
        gone += 1
      })
      stores.push(store)
      closings.push(() => store.close().then(() => opened.close()))
    }
  })
  after(async () => {
    for (const close of closings) await close()
    await database.drop()
  })

  async function race(other: Operation, store: StoredSessionStore, scheduler: Scheduler, plan: readonly number[]) {
    const [ours] = stores as [StoredSessionStore]
    const [id, user] = [newId(), newId()]
    await save(ours, id, newSession({ user, base: 1 }))
    gone = 0
    current = scheduler
    const parties = { a: () => rotate(ours, id), b: () => other(store, id, user) }
    const settled = await scheduler.run(parties, plan)
    current = undefined
    const [a, b] = settled.map((result) => {
      if (result.status === 'rejected') throw result.reason
      return result.value as Deed
    })
    await check(ours, id, user, a!, b!)
    await database.query('DELETE FROM stored_sessions')
  }

  async function check(store: StoredSessionStore, id: string, user: string, a: Deed, b: Deed): Promise<void> {
    const live = (await unendedRows(database)).filter((row) => row.userId === user)
    const ids = [id, a.moved, b.moved].filter((one) => one !== undefined)
    const sessions = await Promise.all(ids.map((one) => load(store, one)))
    if (b.ended) {
      assert.deepEqual(
        sessions,
        ids.map(() => null),
      )
      // A revocation ends the sessions that there are, and none that begins after it.
      return assert.equal(live.length, b.begun ? 1 : 0)
    }
    assert.equal(live.length, 1)
    for (const session of sessions) assert.equal(session?.base, 1)
    const saved = sessions.at(-1)!
    if (b.saved && saved.other !== 1) assert.equal(gone, 1)
    else assert.equal(gone, 0)
  }

  // The order of the statements is the scheduler's alone: one process races on the quickest database.
  for (const processes of target.name === 'sqlite' ? ([1, 2] as const) : ([2] as const)) {
    test(`whatever goes on beside a rotation in ${processes} process(es), one session stays, or none when it ended`, async (t) => {
      const counts: string[] = []
      for (const [name, other] of Object.entries(others)) {
        const count = await everyInterleaving(async (scheduler, plan) => {
          try {
            await race(other, stores[processes - 1]!, scheduler, plan)
          } catch (error) {
            const steps = scheduler.decisions.map(({ label }) => label).join(' ')
            throw Object.assign(error as Error, {
              message: `${(error as Error).message}\nbeside ${name}, after ${steps}`,
            })
          }
        })
        counts.push(`${count} beside ${name}`)
      }
      t.diagnostic(counts.join(', '))
    })
  }
})
