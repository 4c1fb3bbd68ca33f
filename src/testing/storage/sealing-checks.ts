import assert from 'node:assert/strict'
import type { SessionDatabase, SessionRow } from '../../database/contract/session-database.ts'
import type { ContractCheck } from './contract-rows.ts'
import {
  assertStored,
  changeOf,
  ended,
  newEnd,
  newKeyId,
  newSid,
  newUser,
  type StorageCheck,
  stored,
} from './contract-rows.ts'

const PAGE_ROWS = 50
const MANY = 60

/** The store's requirements for sealing rows under another key. */
export function sealingChecks(check: StorageCheck): ContractCheck[] {
  return [
    check('rows that have not ended are counted by the key that sealed them', async (storage) => {
      const [one, other] = [newKeyId(), newKeyId()]
      const unsealed = await rowsOf(storage, null)
      const changed = await stored(storage, { keyId: one })
      await stored(storage, { keyId: one })
      await ended(storage, { keyId: one })
      await stored(storage, { keyId: null })
      await storage.update(changeOf(changed, { keyId: other }))
      assert.deepEqual([await rowsOf(storage, one), await rowsOf(storage, other)], [1, 1])
      assert.equal(await rowsOf(storage, null), unsealed + 1)
    }),
    check('key ids are unsigned 32-bit numbers', async (storage) => {
      for (const keyId of [0, 0xffff_ffff]) {
        const before = await rowsOf(storage, keyId)
        await stored(storage, { keyId })
        assert.equal(await rowsOf(storage, keyId), before + 1)
      }
    }),
    check('rows that another key sealed are listed by ascending key, page by page', async (storage) => {
      const keyId = newKeyId()
      const others = [await stored(storage, { keyId: newKeyId() }), await stored(storage, { keyId: null })]
      const left = [await stored(storage, { keyId }), await ended(storage, { keyId: newKeyId() })]
      const listed = await pagesOf(storage, keyId)
      const keys = listed.map(({ sid }) => Buffer.from(sid).toString('hex'))
      assert.deepEqual(keys, [...new Set(keys)].sort(), 'keys ascend, and come once')
      for (const { sid, data } of others) {
        const row = listed[keys.indexOf(sid.toString('hex'))]
        assert.deepEqual(row && Buffer.from(row.data), data)
      }
      for (const { sid } of left)
        assert.ok(!keys.includes(sid.toString('hex')), 'the key itself and ended rows are left out')
    }),
    check(
      'a row that ended and holds something sealed is counted, listed and sealed again like the others',
      async (storage) => {
        const [before, after] = [newKeyId(), newKeyId()]
        const row = await stored(storage, { keyId: newKeyId(), userId: newUser() })
        const { sid } = row
        const mark = { ...newEnd('rotated'), sid, userId: null, metadata: null, now: row.touchedAt }
        assert.equal(await storage.replace({ ...mark, version: 1, data: newSid(), keyId: before }), true)
        assert.equal(await rowsOf(storage, before), 1)
        const listed = await pagesOf(storage, after)
        assert.ok(listed.some((one) => sid.equals(one.sid)))
        const data = newSid()
        assert.equal(await storage.reseal({ sid, version: 2, data, keyId: after, metadata: null, binding: null }), true)
        assert.deepEqual([await rowsOf(storage, before), await rowsOf(storage, after)], [0, 1])
        const { endedAt, endReason } = mark
        await assertStored(storage, row, { data, version: 3, endedAt, endReason })
      },
    ),
    check('of many rows that are sealed anew at once each is told its own outcome', async (storage) => {
      const rows = await Promise.all(Array.from({ length: MANY }, (_, n) => stored(storage, { version: 1 + (n % 3) })))
      const keyId = newKeyId()
      const reseals = rows.map(({ sid }) => ({ sid, version: 1, data: newSid(), keyId, metadata: null, binding: null }))
      const together = await storage.resealMany?.(reseals)
      const outcomes = together ?? (await Promise.all(reseals.map((reseal) => storage.reseal(reseal))))
      assert.deepEqual(
        outcomes,
        rows.map(({ version }) => version === 1),
      )
      assert.equal(await rowsOf(storage, keyId), MANY / 3)
      for (const [n, row] of rows.entries()) {
        await assertStored(storage, row, outcomes[n] ? { data: reseals[n]!.data, version: 2 } : {})
      }
    }),
    check(
      'a row is sealed anew in the version that it was read in, and nothing else of it changes',
      async (storage) => {
        const row = await stored(storage, { userId: newUser(), keyId: newKeyId() })
        const data = Buffer.from('sealed anew')
        const reseal = { sid: row.sid, version: 1, data, keyId: newKeyId(), metadata: null, binding: null }
        assert.equal(await storage.reseal({ ...reseal, version: 2 }), false)
        await assertStored(storage, row)
        assert.equal(await storage.reseal(reseal), true)
        await assertStored(storage, row, { data: reseal.data, version: 2 })
        assert.deepEqual([await rowsOf(storage, row.keyId), await rowsOf(storage, reseal.keyId)], [0, 1])
        assert.equal(await storage.endUser(row.userId!, newEnd()), 1)
        for (const version of [2, 3]) assert.equal(await storage.reseal({ ...reseal, version }), false)
        assert.equal(await rowsOf(storage, reseal.keyId), 0)
      },
    ),
  ]
}

async function rowsOf(storage: SessionDatabase, keyId: number | null): Promise<number> {
  const counts = (await storage.countByKey()).filter((count) => count.keyId === keyId)
  assert.ok(counts.length <= 1, 'countByKey() names a key twice')
  return counts[0]?.rows ?? 0
}

async function pagesOf(storage: SessionDatabase, keyId: number): Promise<SessionRow[]> {
  const all: SessionRow[] = []
  for (;;) {
    const page = await storage.sealedByOthers(keyId, all.at(-1)?.sid ?? Buffer.alloc(0), PAGE_ROWS)
    assert.ok(page.length <= PAGE_ROWS, 'sealedByOthers() yields more rows than it was asked for')
    all.push(...page)
    if (page.length < PAGE_ROWS) return all
  }
}
