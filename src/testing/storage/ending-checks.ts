import assert from 'node:assert/strict'
import type { ContractCheck } from './contract-rows.ts'
import {
  assertStored,
  changeOf,
  countTrue,
  ended,
  find,
  newEnd,
  newRow,
  newSid,
  newUser,
  type StorageCheck,
  stored,
  touchOf,
} from './contract-rows.ts'

const AT_ONCE = 20
const EMPTY = Buffer.alloc(0)

/** The store's requirements for ending sessions and trimming. */
export function endingChecks(check: StorageCheck): ContractCheck[] {
  return [
    check('a row is ended once: its content goes, its key and the reason stay', async (storage) => {
      const row = await stored(storage, { version: 3 })
      const end = newEnd()
      assert.equal(await storage.end(row.sid, end), true)
      await assertStored(storage, row, { ...end, data: EMPTY, version: 4 })
      const later = { ...newEnd('revoked'), endedAt: end.endedAt + 1 }
      assert.equal(await storage.end(row.sid, later), false)
      await assertStored(storage, row, { ...end, data: EMPTY, version: 4 })
    }),
    check('ending what is not there is false, and leaves nothing', async (storage) => {
      const sid = newSid()
      assert.equal(await storage.end(sid, newEnd()), false)
      assert.equal(await find(storage, sid), undefined)
    }),
    check('of many that end one row at once one does', async (storage) => {
      const { sid } = await stored(storage)
      assert.equal(await countTrue(Array.from({ length: AT_ONCE }, () => storage.end(sid, newEnd()))), 1)
    }),
    check('a row is replaced in the version that is named: it ends, and keeps what it is given', async (storage) => {
      const row = await stored(storage, { version: 3, userId: newUser() })
      const { sid, expiresAt } = row
      const end = { ...newEnd('rotated'), endedAt: expiresAt - 1 }
      const data = Buffer.from([1, 2, 3])
      const replacement = { ...end, sid, data, userId: null, keyId: 7, metadata: null, now: expiresAt - 1 }
      for (const version of [2, 4]) assert.equal(await storage.replace({ ...replacement, version }), false)
      assert.equal(await storage.replace({ ...replacement, version: 3, now: expiresAt }), false)
      await assertStored(storage, row)
      assert.equal(await storage.replace({ ...replacement, version: 3 }), true)
      await assertStored(storage, row, { ...end, data, version: 4 })
      for (const version of [3, 4]) assert.equal(await storage.replace({ ...replacement, version }), false)
      assert.equal(await storage.endUser(row.userId!, newEnd('revoked')), 0)
    }),
    check(
      'a row that ended without a reason, being no session, is replaced again, version by version',
      async (storage) => {
        const marks = { ...newEnd(), endReason: null, expiresAt: 0 }
        const { sid } = await stored(storage, { ...marks, data: Buffer.from([1]), keyId: null })
        const { endedAt, trimAt } = marks
        const noSession = { userId: null, keyId: null, metadata: null, binding: null, now: endedAt }
        const replacement = { sid, endedAt, trimAt, endReason: null, data: Buffer.from([2]), ...noSession }
        assert.equal(await storage.replace({ ...replacement, version: 2 }), false)
        assert.equal(await storage.replace({ ...replacement, version: 1 }), true)
        assert.equal(await storage.replace({ ...replacement, version: 2, data: Buffer.from([3]) }), true)
        const row = await find(storage, sid)
        assert.deepEqual([row?.version, Buffer.from(row!.data)], [3, Buffer.from([3])])
      },
    ),
    check('a row on its way to become a session is none, and becomes one by being replaced', async (storage) => {
      const userId = newUser()
      const onItsWay = { ...newEnd('rotating'), userId }
      const row = await stored(storage, onItsWay)
      const { sid, trimAt } = row
      assert.equal(await storage.update(changeOf(row)), false)
      await storage.touch([touchOf(row)])
      await assertStored(storage, row)
      const same = { sid, version: 1, data: row.data, userId, keyId: row.keyId, metadata: null, binding: null, trimAt }
      const live = { ...same, endedAt: null, endReason: null }
      assert.equal(await storage.replace({ ...live, now: 0 }), true)
      await assertStored(storage, row, { endedAt: null, endReason: null, version: 2 })
      assert.equal(await storage.update(changeOf(row, { version: 2 })), true)
      assert.equal(await storage.endUser(userId, newEnd()), 1)
    }),
    check('a row on its way to become a session can be ended, by its key and for its user', async (storage) => {
      const [userId, onItsWay] = [newUser(), newEnd('rotating')]
      const [byKey, byUser] = [
        await stored(storage, { ...onItsWay, userId }),
        await stored(storage, { ...onItsWay, userId }),
      ]
      assert.equal(await storage.end(byKey.sid, newEnd()), true)
      assert.equal(await storage.endUser(userId, newEnd('revoked')), 1)
      assert.deepEqual(
        [(await find(storage, byKey.sid))?.endReason, (await find(storage, byUser.sid))?.endReason],
        ['destroyed', 'revoked'],
      )
    }),
    check('of many that replace one row at once one does', async (storage) => {
      const { sid, version } = await stored(storage)
      const nothing = { data: EMPTY, userId: null, keyId: null, metadata: null }
      const replacement = { ...newEnd('rotated'), sid, version, ...nothing, now: 0 }
      assert.equal(await countTrue(Array.from({ length: AT_ONCE }, () => storage.replace(replacement))), 1)
    }),
    check('a row that is inserted as ended stays so', async (storage) => {
      const tombstone = await stored(storage, { ...newEnd(), data: EMPTY, keyId: null })
      await assertStored(storage, tombstone)
      assert.equal(await storage.end(tombstone.sid, newEnd()), false)
    }),
    check('all sessions of a user end, and are counted once', async (storage) => {
      const userId = newUser()
      const rows = [await stored(storage, { userId }), await stored(storage, { userId })]
      const destroyed = await ended(storage, { userId })
      const end = newEnd('revoked')
      assert.equal(await storage.endUser(userId, end), 2)
      for (const row of rows) await assertStored(storage, row, { ...end, data: EMPTY, version: 2 })
      assert.equal((await find(storage, destroyed.sid))?.endReason, 'destroyed')
      assert.equal(await storage.endUser(userId, newEnd('revoked')), 0)
    }),
    check('the sessions of nobody else end with them, however alike the names', async (storage) => {
      const userId = newUser()
      const alike = [userId.toUpperCase(), `${userId} `, ` ${userId}`, userId.replace('u', 'ü'), '', null]
      const others = await Promise.all(alike.map((other) => stored(storage, { userId: other })))
      const wild = ['%', '_%', `${userId.slice(0, -1)}_`, `${userId}' OR '1'='1`]
      for (const other of [userId, ...wild]) assert.equal(await storage.endUser(other, newEnd('revoked')), 0)
      for (const row of others) await assertStored(storage, row)
    }),
    check('trimming deletes what is due, at most so many, says how many, and frees their keys', async (storage) => {
      const due = await Promise.all([1, 2, 3, 4, 5].map((trimAt) => stored(storage, { trimAt })))
      const [later, live] = [await stored(storage, { trimAt: 10 }), await stored(storage)]
      const counts: number[] = []
      for (let round = 0; round < 4; round++) counts.push(await storage.trim(5, 2))
      assert.deepEqual(counts, [2, 2, 1, 0])
      for (const { sid } of due) assert.equal(await find(storage, sid), undefined)
      for (const row of [later, live]) await assertStored(storage, row)
      assert.equal(await storage.insert(newRow({ sid: due[0]!.sid })), true)
      assert.equal(await storage.trim(10, 100), 1)
    }),
  ]
}
