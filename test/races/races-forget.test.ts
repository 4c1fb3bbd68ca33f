import assert from 'node:assert/strict'
import { after, before, mock, test } from 'node:test'
import type { EventRow } from '../../src/database/contract/session-database.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { allRows, sidOf } from '../support/rows.ts'
import { newSession, save } from '../support/sessions.ts'
import { newId } from '../support/stores.ts'
import { fewChanges, randomInterleavings } from './chosen-interleavings.ts'
import { type ForgetArena, forgetArena, RETAIN_MS } from './forget-arena.ts'
import { besideForgetting, type Given, type Persons } from './forget-operations.ts'
import type { Plan, Scheduler } from './scheduler.ts'

/** Orders that a seed chooses, of each operation. */
const CHOSEN = { sqlite: 30, server: 20 }
const SEED = 20

/** The key of events about many sessions, which name no user. */
const MANY = Buffer.alloc(32)

forEachDatabase((target) => {
  let database: TestDatabase
  let arena: ForgetArena
  before(async () => {
    mock.timers.enable({ apis: ['Date'], now: Date.now() })
    database = await target.create()
    arena = await forgetArena(database)
  })
  after(async () => {
    await arena.close()
    await database.drop()
    mock.timers.reset()
  })

  // The order of the statements is the scheduler's alone: all places of a stretch, and two operations of one process,
  // race on the quickest database.
  for (const [name, operation] of Object.entries(besideForgetting)) {
    test(`beside ${name}, forgetting leaves no trace of the user, and every event of others`, async (t) => {
      const runIn = async (processes: 1 | 2, scheduler: Scheduler, plan: Plan) => {
        const persons = await begin(arena)
        if (name === 'a trim') mock.timers.setTime(Date.now() + 2 * RETAIN_MS)
        await save(arena.stores[1], newId(), newSession({ userId: persons.other }))
        const kept = (await arena.events()).filter(({ userId }) => userId === persons.other)
        arena.schedule(scheduler)
        const [ours] = arena.stores
        const theirs = arena.stores[processes - 1]!
        const parties = { a: () => ours.forget({ user: persons.user }), b: () => operation(theirs, persons) }
        const settled = await scheduler.run(parties, plan)
        arena.schedule(undefined)
        const steps = scheduler.decisions.map(({ label }) => label)
        try {
          for (const one of settled) if (one.status === 'rejected') throw one.reason
          const { value } = settled[1] as PromiseFulfilledResult<Given>
          await check(persons, value, steps, kept)
        } catch (error) {
          const message = `${(error as Error).message}\nafter ${steps.join(' ')}`
          throw Object.assign(error as Error, { message })
        }
        for (const table of ['stored_sessions', 'stored_sessions_events']) await database.query(`DELETE FROM ${table}`)
      }
      const isQuickest = target.name === 'sqlite'
      const apart = (scheduler: Scheduler, plan: Plan) => runIn(2, scheduler, plan)
      const count = isQuickest ? await fewChanges(apart) : 0
      const chosen = isQuickest ? CHOSEN.sqlite : CHOSEN.server
      await randomInterleavings(apart, chosen, SEED)
      if (isQuickest) await randomInterleavings((scheduler, plan) => runIn(1, scheduler, plan), chosen, SEED)
      t.diagnostic(`${count} interleavings with few changes, ${chosen} by a seed`)
    })
  }

  async function check(persons: Persons, given: Given, steps: string[], kept: readonly EventRow[]): Promise<void> {
    const [rows, events] = [await allRows(database), await arena.events()]
    for (const event of kept)
      assert.deepEqual(
        events.filter(({ id }) => id.equals(event.id)),
        [event],
      )
    const { user, other, id } = persons
    const live = rows.filter((row) => row.userId === user)
    const later = isLater(given, steps) ? [sidOf(given.signedIn!)] : []
    assert.deepEqual(
      live.map(({ sid, endedAt }) => [sid, endedAt]),
      later.map((sid) => [sid, null]),
    )
    const named = events.filter(({ userId }) => userId === user)
    // An operator who revokes the sessions of the user afterwards is recorded with this user.
    const ofSessions = named.filter(({ kind }) => !(kind === 'revoked' && isRevokedLater(steps)))
    assert.deepEqual(
      ofSessions.map(({ sid }) => sid),
      later,
      'events that name the user',
    )
    const theirs = [id, given.moved, later.length > 0 ? undefined : given.signedIn].filter((one) => one !== undefined)
    for (const sid of theirs.map(sidOf)) {
      const row = rows.find((one) => one.sid.equals(sid))
      const isGiven = row?.userId === other
      // The row of an old id has the way to the session, and nothing of its user.
      if (row && !isGiven && row.endReason !== 'rotated') assert.ok(row.endedAt !== null && row.data.length === 0)
      const own = events.filter((event) => event.sid.equals(sid))
      const left = own.filter(({ userId, keyId, data }) => userId === null && (keyId !== null || data.length > 0))
      assert.deepEqual(left, [], 'events with details')
      const toOther = own.filter(({ userId }) => userId === other)
      assert.deepEqual(
        toOther.map(({ kind }) => kind),
        isGiven ? ['user'] : toOther.map(() => 'user'),
      )
    }
    assert.ok(events.some(({ sid, kind, data }) => sid.equals(MANY) && kind === 'revoked' && data.length > 0))
  }
})

/** The sessions that a race begins with; the user's has events from before the sign-in. */
async function begin({ stores: [store] }: ForgetArena): Promise<Persons> {
  const persons = { user: newId(), other: newId(), id: newId(), visitor: newId() }
  const session = newSession()
  await save(store, persons.id, session)
  session.userId = persons.user
  await save(store, persons.id, session)
  await save(store, persons.visitor, newSession())
  return persons
}

/** Whether a sign-in was stored after the forgetting looked for the last time: it is that of a new user then. */
function isLater({ signedIn }: Given, steps: readonly string[]): boolean {
  const write = Math.max(steps.lastIndexOf('b:insert'), steps.lastIndexOf('b:update'))
  return signedIn !== undefined && write > steps.lastIndexOf('a:list')
}

const isRevokedLater = (steps: readonly string[]) =>
  steps.lastIndexOf('b:history.insertMany') > steps.lastIndexOf('a:history.sessionsOf')
