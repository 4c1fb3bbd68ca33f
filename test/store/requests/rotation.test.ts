import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { KeyProvider, KeyState, StoredSessionStore } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { ringOf } from '../../keys/learning-keys.ts'
import { namedKeyId } from '../../keys/named-key.ts'
import { appSuite } from '../../support/app-suite.ts'
import { allRows } from '../../support/rows.ts'
import { loaded, newSession, save } from '../../support/sessions.ts'
import { newId, storesOn } from '../../support/stores.ts'
import { heirOf, signIn, visitorOf } from '../../support/visitor.ts'

const ROTATIONS = 20
const VISITORS = 6

/** A provider whose keys are exchanged while it is in use, as one that reads a file or asks a service. */
class ChangingKeys implements KeyProvider {
  #ring: KeyProvider
  constructor(names: [string, KeyState][]) {
    this.#ring = ringOf(names)
  }
  become(names: [string, KeyState][]): void {
    this.#ring = ringOf(names)
  }
  current() {
    return this.#ring.current()
  }
  find(id: number) {
    return this.#ring.find(id)
  }
}

forEachDatabase((target) => {
  const suite = storesOn(target)

  test(`${ROTATIONS} rotations under load, each process in its own time, lose no session`, async () => {
    const providers = [new ChangingKeys([['key 0', 'current']]), new ChangingKeys([['key 0', 'current']])] as const
    const stores = [await suite.another({ keys: providers[0] }), await suite.another({ keys: providers[1] })]
    const faults: unknown[] = []
    for (const store of stores) store.events.on('unreadable', (event) => faults.push(event))
    let isOver = false
    const visits = Array.from({ length: VISITORS }, (_, index) => visit(stores, index, () => isOver))
    let retired: [string, KeyState][] = []
    for (let n = 1; n <= ROTATIONS; n++) {
      const [next, now] = [`key ${n}`, `key ${n - 1}`]
      // The first process learns the key before anybody seals with it; the second begins to seal before the first does.
      providers[0].become([[next, 'pending'], [now, 'current'], ...retired])
      await turn()
      retired = [[now, 'retired'], ...retired]
      providers[1].become([[next, 'current'], ...retired])
      await turn()
      providers[0].become([[next, 'current'], ...retired])
      // A save that was sealed before the rotation may be written after it.
      await finishPending(stores)
      if (n % 5 > 0) continue
      assert.equal((await stores[n % 2]!.reencrypt()).unreadable, 0)
      retired = retired.slice(0, 1)
    }
    isOver = true
    const saved = await Promise.all(visits)
    assert.deepEqual(faults, [])
    assert.equal((await stores[0]!.reencrypt()).remaining, 0)
    const last = await suite.another({ keys: ringOf([[`key ${ROTATIONS}`, 'current']]) })
    for (const { id, n } of saved) {
      assert.ok(n > 0)
      assert.equal((await loaded(last, id)).n, n)
    }
    const id = namedKeyId(`key ${ROTATIONS}`)
    for (const { data } of await allRows(suite.database)) assert.equal(data.readUInt32BE(1), id)
  })
})

/** A save of its own behind those that were under way in each store. */
async function finishPending(stores: StoredSessionStore[]): Promise<void> {
  const saves = stores.map((store) => save(store, newId(), newSession()))
  await Promise.all(saves)
}

/** Loads and changes one session, now here and now there, until it is over; what was acknowledged must be found. */
async function visit(stores: StoredSessionStore[], index: number, isOver: () => boolean) {
  const id = newId()
  let n = 0
  await save(stores[index % 2]!, id, newSession({ n }))
  while (!isOver() || n === 0) {
    const store = stores[(index + n) % 2]!
    const session = await loaded(store, id)
    assert.equal(session.n, n)
    session.n = n + 1
    await save(store, id, session)
    n++
  }
  return { id, n }
}

forEachDatabase((target) => {
  const suite = appSuite(target)

  async function open(...keys: [string, KeyState][]) {
    const app = await suite.open({ options: { keys: ringOf(keys) } })
    const reasons: string[] = []
    app.storedSession.store.events.on('unreadable', ({ reason }) => reasons.push(reason))
    return { app, reasons }
  }

  test('a key that was removed or revoked ends its sessions by an event, and locks nobody out', async () => {
    for (const [keys, reason] of [
      [[['new', 'current']], 'unknown key'],
      [
        [
          ['new', 'current'],
          ['old', 'revoked'],
        ],
        'revoked key',
      ],
    ] as [[string, KeyState][], string][]) {
      const ada = await signIn((await open(['old', 'current'])).app)
      const { app, reasons } = await open(...keys)
      const again = visitorOf(app, ada.id, ada.sessionId)
      assert.deepEqual(await again.me(), { endReason: 'unreadable' })
      assert.deepEqual(reasons, [reason])
      const login = await again.post('/login')
      assert.equal(login.statusCode, 200)
      assert.notEqual(login.json().id, ada.id)
      assert.deepEqual(await heirOf(app, login).me(), { userId: 'ada' })
    }
  })

  test('a session that was loaded before its key was revoked is saved under the new one', async () => {
    const keys = new ChangingKeys([['old', 'current']])
    let change = () => {}
    const app = await suite.open({
      options: { keys },
      routes: (routes) =>
        routes.post('/revoked-meanwhile', async ({ session }) => {
          change()
          Object.assign(session, { n: 1 })
          return {}
        }),
    })
    const ada = await signIn(app)
    change = () =>
      keys.become([
        ['new', 'current'],
        ['old', 'revoked'],
      ])
    await ada.post('/revoked-meanwhile')
    // It was authentic when it was loaded: its save seals it with the new key.
    assert.deepEqual(await ada.me(), { userId: 'ada', n: 1 })
  })
})
