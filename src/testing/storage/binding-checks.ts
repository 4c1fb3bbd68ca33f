import assert from 'node:assert/strict'
import type { NewRow, SessionDatabase } from '../../database/contract/session-database.ts'
import {
  assertStored,
  type ContractCheck,
  changeOf,
  find,
  newEnd,
  newKeyId,
  type StorageCheck,
  stored,
  touchOf,
} from './contract-rows.ts'

const BINDING = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
const LATER = Buffer.from(BINDING.toReversed())

/**
 * The store's requirements for bindings to devices. A storage without a place for them returns undefined for each: it
 * may do so, and then the option `deviceBound` binds no session.
 */
export function bindingChecks(check: StorageCheck): ContractCheck[] {
  const checkRow = (name: string, run: (storage: SessionDatabase, row: NewRow) => Promise<void>) =>
    check(name, async (storage) => {
      const row = await stored(storage, { binding: BINDING, keyId: newKeyId(), userId: `user ${newKeyId()}` })
      if ((await find(storage, row.sid))?.binding !== undefined) await run(storage, row)
    })
  return [
    checkRow('a binding comes back as it was, and none is null', async (storage, row) => {
      assert.deepEqual(await bindingOf(storage, row), BINDING)
      const none = await stored(storage)
      assert.equal((await find(storage, none.sid))?.binding, null)
      await assertStored(storage, row)
    }),
    checkRow('a change sets the binding, alone and together, and a touch leaves it', async (storage, row) => {
      assert.equal(await storage.update(changeOf(row, { binding: LATER })), true)
      assert.deepEqual(await bindingOf(storage, row), LATER)
      const rows = [await stored(storage), await stored(storage, { binding: BINDING }), await stored(storage)]
      const changes = rows.map((one, n) => changeOf(one, { binding: n === 1 ? null : LATER }))
      const areChanged =
        (await storage.updateMany?.(changes)) ?? (await Promise.all(changes.map((one) => storage.update(one))))
      assert.deepEqual(areChanged, [true, true, true])
      await storage.touch(rows.map((one) => touchOf(one, { version: 2, touchedAt: one.touchedAt + 3_600_000 })))
      for (const [n, one] of rows.entries()) assert.deepEqual(await bindingOf(storage, one), n === 1 ? null : LATER)
    }),
    checkRow('what is sealed again sets the binding, alone and together', async (storage, row) => {
      const reseal = { sid: row.sid, version: 1, data: BINDING, keyId: newKeyId(), metadata: null, binding: LATER }
      assert.equal(await storage.reseal(reseal), true)
      assert.deepEqual(await bindingOf(storage, row), LATER)
      const reseals = [
        { ...reseal, version: 2, binding: BINDING },
        { ...reseal, sid: (await stored(storage, { binding: BINDING })).sid, binding: null },
      ]
      const areDone =
        (await storage.resealMany?.(reseals)) ?? (await Promise.all(reseals.map((one) => storage.reseal(one))))
      assert.deepEqual(areDone, [true, true])
      const found = await Promise.all(reseals.map((one) => bindingOf(storage, one)))
      assert.deepEqual(found, [BINDING, null])
    }),
    checkRow('a replacement sets the binding that it names', async (storage, row) => {
      const { sid, data, userId, keyId, trimAt } = row
      const live = { sid, data, userId, keyId, trimAt, metadata: null, endedAt: null, endReason: null, now: 0 }
      assert.equal(await storage.replace({ ...live, version: 1, binding: LATER }), true)
      assert.deepEqual(await bindingOf(storage, row), LATER)
    }),
    checkRow('a row that ends loses its binding, unless the end names it', async (storage, row) => {
      const { binding: _, ...end } = newEnd('revoked')
      assert.equal(await storage.endUser(row.userId!, end), 1)
      assert.equal(await bindingOf(storage, row), null)
      const [ending, going] = [await stored(storage, { binding: BINDING }), await stored(storage, { binding: BINDING })]
      assert.equal(await storage.end(ending.sid, end), true)
      assert.equal(await bindingOf(storage, ending), null)
      assert.equal(await storage.end(going.sid, { ...newEnd(), binding: BINDING }), true)
      assert.deepEqual(await bindingOf(storage, going), BINDING)
    }),
    checkRow('lists and tallies tell which rows have a binding', async (storage, row) => {
      const { listing } = storage
      if (!listing) return
      const [bound, none] = [row, await stored(storage)]
      for (const [{ sid }, isBound] of [
        [bound, true],
        [none, false],
      ] as const) {
        const [listed] = await listing.list({ sid }, undefined, 1)
        assert.equal(listed?.isBound, isBound)
      }
      const moment = { now: Date.now(), tooOld: 0 }
      const before = await listing.tally(moment, undefined)
      await storage.end(row.sid, newEnd())
      const after = await listing.tally(moment, undefined)
      assert.equal(before.bound! - after.bound!, 1)
    }),
  ]
}

async function bindingOf(storage: SessionDatabase, { sid }: Pick<NewRow, 'sid'>): Promise<Buffer | null> {
  const binding = (await find(storage, sid))?.binding
  return binding ? Buffer.from(binding) : null
}
