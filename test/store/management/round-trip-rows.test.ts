import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roundTrip } from '../../../src/store/round-trip.ts'
import { findingsOf, theOne } from '../../doctor/findings.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { gatedDatabase } from '../../support/gated-database.ts'
import { newSession, save } from '../../support/sessions.ts'
import { newId, storesOn } from '../../support/stores.ts'

forEachDatabase((target) => {
  const suite = storesOn(target)

  test('rows of a round trip elsewhere are sessions of no key, and no finding', async () => {
    const { store, database } = suite
    await save(store, newId(), newSession({ n: 1 }))
    const [before, used] = [await store.keyStatus(), await store.countByKey()]
    const unreadable: unknown[] = []
    store.events.on('unreadable', (event) => unreadable.push(event))
    const gated = await gatedDatabase(database)
    for (const statement of ['insert', 'update'] as const) {
      const held = gated.hold(statement, 'after')
      const trip = roundTrip(gated.database, false)
      await held.arrived
      assert.deepEqual(await store.keyStatus(), before)
      assert.deepEqual(await store.countByKey(), used)
      assert.deepEqual(await store.reencrypt(), { reencrypted: 0, unreadable: 0, remaining: 0, remainingByKey: {} })
      assert.equal(theOne(await findingsOf(database), 'keys').level, 'ok')
      held.release()
      await trip
    }
    assert.deepEqual(unreadable, [])
    await gated.close()
  })
})
