import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDatabase } from '../../src/database/open.ts'
import { StoredSessionStore } from '../../src/index.ts'
import { bindingIdOf } from '../../src/payload/binding/sealed-binding.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { rowOf, type StoredRow, unendedRows } from '../support/rows.ts'
import { load, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { besideBinding, binding, type Deed, finding, type Operation, type Raced } from './bound-operations.ts'
import { randomInterleavings } from './chosen-interleavings.ts'
import { scheduledDatabase } from './protocol.ts'
import { everyInterleaving, type Plan, type Scheduler } from './scheduler.ts'

const [OURS, THEIRS] = [Buffer.alloc(91, 1), Buffer.alloc(91, 2)]
/** Orders that a seed chooses, on servers. */
const CHOSEN = 8
const SEED = 20

forEachDatabase((target) => {
  let database: TestDatabase
  let current: Scheduler | undefined
  const stores: StoredSessionStore[] = []
  const closings: (() => Promise<void>)[] = []

  before(async () => {
    database = await target.create()
    for (const migrate of [true, false]) {
      const opened = await openDatabase(database.dialect, database.url, 'stored_sessions')
      const scheduled = scheduledDatabase(opened, () => current)
      const user = (session: Record<string, unknown>) => session.user as string
      const store = new StoredSessionStore({ database: scheduled, secret, trim: false, user, migrate })
      await store.ready()
      stores.push(store)
      closings.push(() => store.close().then(() => opened.close()))
    }
  })
  after(async () => {
    for (const close of closings) await close()
    await database.drop()
  })

  interface Race {
    readonly ours: Operation
    readonly theirs: Operation
    readonly processes: 1 | 2
    readonly isBound: boolean
  }

  async function run({ ours, theirs, processes, isBound }: Race, scheduler: Scheduler, plan: Plan) {
    const [store] = stores as [StoredSessionStore]
    const raced = { id: newId(), user: newId() }
    await save(store, raced.id, newSession({ user: raced.user, base: 1 }))
    if (isBound) await binding(OURS)(store, raced)
    const before = (await rowOf(database, raced.id))!.binding
    current = scheduler
    const parties = { a: () => ours(store, raced), b: () => theirs(stores[processes - 1]!, raced) }
    const settled = await scheduler.run(parties, plan)
    current = undefined
    const deeds = settled.map((result) => {
      if (result.status === 'rejected') throw result.reason
      return result.value as Deed
    })
    const live = (await unendedRows(database)).filter((row) => row.userId === raced.user)
    if (before) for (const row of live) assert.deepEqual(bindingIdOf(row.binding!), bindingIdOf(before))
    const [a, b] = deeds as [Deed, Deed]
    // Where both requests changed the session, other tests say which of them stands.
    if (!a.moved && !a.saved) await check(store, raced, live, [a, b], isBound)
    await database.query('DELETE FROM stored_sessions')
  }

  async function check(
    store: StoredSessionStore,
    { id }: Raced,
    live: readonly StoredRow[],
    [a, b]: [Deed, Deed],
    isBound: boolean,
  ) {
    assert.ok(live.length <= 1, 'one session at most')
    if (b.ended) assert.equal(live.length, 0, 'it ended')
    // Two registrations that were both told so are of one device.
    if (a.bound && b.bound) assert.deepEqual(a.bound, b.bound)
    if (a.found && !b.ended && !b.moved) assert.ok(typeof a.found === 'object' && a.found.publicKey.equals(OURS))
    if (live.length === 0) return assert.ok(b.ended || b.moved)
    const now = b.moved ?? id
    const device = a.bound ?? b.bound ?? (isBound ? OURS : undefined)
    const session = await load(store, now)
    if (b.saved) assert.equal(session?.other, 1, 'what was saved is there')
    if (device && !b.beganUnbound) {
      const found = await store.requests.findDevice([now], await nameOf(id))
      assert.ok(typeof found === 'object' && found.publicKey.equals(device), 'it is bound to its device')
    } else if (!device) assert.equal((await rowOf(database, now))?.binding, null)
  }

  const nameOf = async (id: string) => (await rowOf(database, id))!.sid

  async function everyOrder(race: Race, name: string): Promise<number> {
    const one = async (scheduler: Scheduler, plan: Plan) => {
      try {
        await run(race, scheduler, plan)
      } catch (error) {
        const steps = scheduler.decisions.map(({ label }) => label).join(' ')
        throw Object.assign(error as Error, { message: `${(error as Error).message}\nbeside ${name}, after ${steps}` })
      }
    }
    if (target.name === 'sqlite') return everyInterleaving(one)
    await randomInterleavings(one, CHOSEN, SEED)
    return CHOSEN
  }

  // The order of the statements is the scheduler's alone: one process races on the quickest database.
  for (const processes of target.name === 'sqlite' ? ([1, 2] as const) : ([2] as const)) {
    const raceAll = async (ours: Operation, others: Record<string, Operation>, isBound: boolean) => {
      const counts: string[] = []
      for (const [name, theirs] of Object.entries(others))
        counts.push(`${await everyOrder({ ours, theirs, processes, isBound }, name)} beside ${name}`)
      return counts.join(', ')
    }

    test(`whatever goes on beside a registration in ${processes} process(es), a session that is bound stays so`, async (t) => {
      const others = { ...besideBinding, 'the same device': binding(OURS), 'another device': binding(THEIRS) }
      t.diagnostic(await raceAll(binding(OURS), others, false))
    })

    test(`whatever goes on beside a refresh in ${processes} process(es), it finds the device until the session ends`, async (t) => {
      t.diagnostic(await raceAll(finding, besideBinding, true))
    })

    test(`whatever two requests do with a bound session in ${processes} process(es), it stays bound`, async (t) => {
      // In one process the changes of a session wait for each other, so their orders are a part of those in two.
      const isWhole = processes === 2 && target.name === 'sqlite'
      const names = isWhole ? ['save', 'rotate', 'regenerate with keys'] : ['save']
      for (const name of names) t.diagnostic(`${name}: ${await raceAll(besideBinding[name]!, besideBinding, true)}`)
    })
  }
})
