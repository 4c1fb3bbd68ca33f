import assert from 'node:assert/strict'
import type { ContractCheck } from './contract-rows.ts'
import {
  assertStored,
  changeOf,
  countTrue,
  ended,
  find,
  HOUR_MS,
  newEnd,
  newRow,
  newSid,
  newUser,
  type StorageCheck,
  stored,
  touchOf,
} from './contract-rows.ts'

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
const LARGE_BYTES = 1_048_576 + 37
/** More keys than the store puts into one statement. */
const MANY = 300
const AT_ONCE = 20

/** The store's requirements for reading, saving and touching. */
export function savingChecks(check: StorageCheck): ContractCheck[] {
  return [
    check('rows are read by their keys, and those that are absent are left out', async (storage) => {
      const rows = [await stored(storage), await stored(storage)]
      const found = await storage.read([newSid(), ...rows.map(({ sid }) => sid), newSid()])
      assert.deepEqual(hexOf(found), hexOf(rows))
      assert.deepEqual(await storage.read([newSid()]), [])
    }),
    check('many rows are read at once', async (storage) => {
      const rows = await Promise.all(Array.from({ length: MANY }, () => stored(storage)))
      assert.deepEqual(hexOf(await storage.read(rows.map(({ sid }) => sid))), hexOf(rows))
    }),
    check('every byte and every number comes back as it was', async (storage) => {
      const latest = { expiresAt: Number.MAX_SAFE_INTEGER, trimAt: Number.MAX_SAFE_INTEGER }
      const tail = newSid().subarray(0, 30)
      for (const [changes, ends] of [
        [{ data: EVERY_BYTE }, [0x00, 0x00]],
        [{ data: Buffer.alloc(LARGE_BYTES, EVERY_BYTE) }, [0x27, 0x5c]],
        [{ ...latest, createdAt: 0, touchedAt: 1, version: 7 }, [0xff, 0x20]],
      ] as const) {
        const sid = Buffer.concat([Buffer.from(ends), tail])
        await assertStored(storage, await stored(storage, { ...changes, sid }))
      }
    }),
    check('a row that was read stays as it was when the stored one changes', async (storage) => {
      const row = await stored(storage)
      const found = await find(storage, row.sid)
      const before = { ...found, data: Buffer.from(found!.data) }
      await storage.update(changeOf(row))
      await storage.end(row.sid, newEnd())
      assert.deepEqual({ ...found }, before)
    }),
    check('a key is inserted once, and what is there stays as it is, ended or not', async (storage) => {
      const row = await stored(storage)
      assert.equal(await storage.insert(newRow({ sid: row.sid, version: 9 })), false)
      await assertStored(storage, row)
      const { sid } = await ended(storage)
      const tombstone = await find(storage, sid)
      assert.equal(await storage.insert(newRow({ sid })), false)
      await assertStored(storage, tombstone!)
    }),
    check('of many inserts of one key at once one succeeds', async (storage) => {
      const sid = newSid()
      const rows = Array.from({ length: AT_ONCE }, () => newRow({ sid }))
      assert.equal(await countTrue(rows.map((row) => storage.insert(row))), 1)
    }),
    check('an update replaces the version that it names, and counts one up', async (storage) => {
      const row = await stored(storage, { userId: newUser() })
      const change = changeOf(row, { userId: newUser() })
      assert.equal(await storage.update(change), true)
      const { data, touchedAt, expiresAt } = change
      await assertStored(storage, row, { data, touchedAt, expiresAt, version: 2 })
      assert.equal(await storage.endUser(row.userId!, newEnd()), 0, 'the row has another user now')
      assert.equal(await storage.endUser(change.userId!, newEnd()), 1)
    }),
    check('an update of another version, or of no row, changes nothing', async (storage) => {
      const row = await stored(storage, { version: 5 })
      for (const version of [4, 6]) assert.equal(await storage.update(changeOf(row, { version })), false)
      await assertStored(storage, row)
      const absent = newRow()
      assert.equal(await storage.update(changeOf(absent)), false)
      assert.equal(await find(storage, absent.sid), undefined)
    }),
    check('an update of a row that ended, or is over at its moment, changes nothing', async (storage) => {
      const row = await stored(storage)
      for (const now of [row.expiresAt, row.expiresAt + 1]) {
        assert.equal(await storage.update(changeOf(row, { now })), false)
      }
      await assertStored(storage, row)
      assert.equal(await storage.update(changeOf(row, { now: row.expiresAt - 1 })), true)
      const over = await ended(storage)
      const tombstone = await find(storage, over.sid)
      for (const version of [1, 2]) assert.equal(await storage.update(changeOf(over, { version })), false)
      await assertStored(storage, tombstone!)
    }),
    check('of many updates of one version at once one succeeds', async (storage) => {
      const row = await stored(storage)
      assert.equal(await countTrue(Array.from({ length: AT_ONCE }, () => storage.update(changeOf(row)))), 1)
      assert.equal((await find(storage, row.sid))?.version, 2)
    }),
    check('of many updates of many rows at once each is told its own outcome', async (storage) => {
      const rows = await Promise.all(Array.from({ length: MANY }, (_, n) => stored(storage, { version: 1 + (n % 3) })))
      const changes = rows.map((row) => changeOf(row, { version: 1 }))
      const outcomes = await Promise.all(changes.map((change) => storage.update(change)))
      assert.deepEqual(
        outcomes,
        rows.map(({ version }) => version === 1),
      )
      for (const n of [0, 1, MANY - 3, MANY - 1]) {
        const { data, touchedAt, expiresAt } = changes[n]!
        await assertStored(storage, rows[n]!, outcomes[n] ? { data, touchedAt, expiresAt, version: 2 } : {})
      }
    }),
    check('a touch renews the last use, and neither content nor version', async (storage) => {
      const row = await stored(storage)
      const touch = touchOf(row)
      await storage.touch([touch])
      await assertStored(storage, row, { touchedAt: touch.touchedAt, expiresAt: touch.expiresAt })
    }),
    check('many rows are touched at once, each to its own times', async (storage) => {
      const rows = await Promise.all(Array.from({ length: MANY }, () => stored(storage)))
      const touches = rows.map((row, n) =>
        touchOf(row, { touchedAt: row.touchedAt + 1 + n, expiresAt: row.expiresAt + n }),
      )
      await storage.touch([touchOf(newRow()), ...touches])
      for (const n of [0, 1, MANY - 1]) {
        const { touchedAt, expiresAt } = touches[n]!
        await assertStored(storage, rows[n]!, { touchedAt, expiresAt })
      }
    }),
    check('a touch of another version, of what is over, or of a later use changes nothing', async (storage) => {
      const row = await stored(storage, { version: 5 })
      const times = { touchedAt: row.expiresAt, expiresAt: row.expiresAt + HOUR_MS }
      const vain = [
        { version: 4 },
        { version: 6 },
        times,
        { touchedAt: row.touchedAt },
        { touchedAt: row.touchedAt - 1 },
      ]
      for (const changes of vain) await storage.touch([touchOf(row, changes)])
      await storage.touch(vain.map((changes) => touchOf(row, changes)))
      await assertStored(storage, row)
      const over = await ended(storage)
      const tombstone = await find(storage, over.sid)
      for (const version of [1, 2]) await storage.touch([touchOf(over, { version })])
      await assertStored(storage, tombstone!)
    }),
  ]
}

const hexOf = (rows: readonly { readonly sid: Buffer }[]) =>
  rows.map(({ sid }) => Buffer.from(sid).toString('hex')).sort()
