import assert from 'node:assert/strict'
import type { NewRow, RowChange, SessionDatabase } from '../../database/contract/session-database.ts'
import {
  assertStored,
  type ContractCheck,
  changeOf,
  ended,
  find,
  newEnd,
  newKeyId,
  type StorageCheck,
  stored,
  touchOf,
} from './contract-rows.ts'

const SMALLEST_BYTES = 11
const LARGEST_BYTES = 2_048
const METADATA = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
const LATER = Buffer.from(METADATA.toReversed())

/**
 * The store's requirements for metadata. A storage without a place for it returns undefined for it: it may do so, and
 * keeps none.
 */
export function metadataChecks(check: StorageCheck): ContractCheck[] {
  const checkRow = (name: string, run: (storage: SessionDatabase, row: NewRow) => Promise<void>) =>
    check(name, async (storage) => {
      const row = await stored(storage, { metadata: METADATA, keyId: newKeyId() })
      if ((await find(storage, row.sid))?.metadata !== undefined) await run(storage, row)
    })
  return [
    checkRow('metadata comes back as it was, in reads and lists, and none is null', async (storage, row) => {
      await assertStored(storage, row)
      for (const bytes of [SMALLEST_BYTES, LARGEST_BYTES])
        await assertStored(storage, await stored(storage, { metadata: Buffer.alloc(bytes, METADATA) }))
      const none = await stored(storage)
      assert.equal((await find(storage, none.sid))?.metadata, null)
      if (!storage.listing) return
      for (const { sid, metadata } of [row, none]) {
        const [listed] = await storage.listing.list({ sid }, undefined, 1)
        assert.deepEqual(listed?.metadata && Buffer.from(listed.metadata), metadata)
      }
    }),
    checkRow('a change sets it, and removes it', async (storage, row) => {
      const setting = changeOf(row, { metadata: LATER })
      assert.equal(await storage.update(setting), true)
      await assertChanged(storage, row, setting)
      const removing = { ...setting, version: 2, metadata: null }
      assert.equal(await storage.update(removing), true)
      await assertChanged(storage, row, removing)
    }),
    checkRow('changes that share a statement set each its own', async (storage, row) => {
      const rows = [await stored(storage), await stored(storage, { metadata: METADATA }), row]
      const changes = rows.map((one, n) => changeOf(one, { metadata: n === 1 ? null : LATER }))
      const areChanged =
        (await storage.updateMany?.(changes)) ?? (await Promise.all(changes.map((one) => storage.update(one))))
      assert.deepEqual(areChanged, [true, true, true])
      for (const [n, one] of rows.entries()) await assertChanged(storage, one, changes[n]!)
    }),
    checkRow('touches set it, alone and together', async (storage, row) => {
      const other = await stored(storage, { metadata: METADATA })
      await storage.touch([touchOf(row, { metadata: LATER })])
      assert.deepEqual(await metadataOf(storage, row), LATER)
      const touchedAt = row.touchedAt + 90_000
      await storage.touch([
        touchOf(row, { metadata: METADATA, touchedAt }),
        touchOf(other, { metadata: null, touchedAt }),
      ])
      assert.deepEqual([await metadataOf(storage, row), await metadataOf(storage, other)], [METADATA, null])
    }),
    checkRow('what is sealed again sets it, alone and together', async (storage, row) => {
      const reseal = { sid: row.sid, version: 1, data: METADATA, keyId: newKeyId(), metadata: LATER, binding: null }
      assert.equal(await storage.reseal(reseal), true)
      assert.deepEqual(await metadataOf(storage, row), LATER)
      const other = await stored(storage, { metadata: METADATA })
      const reseals = [
        { ...reseal, version: 2, metadata: METADATA },
        { ...reseal, sid: other.sid, metadata: null },
      ]
      const areDone =
        (await storage.resealMany?.(reseals)) ?? (await Promise.all(reseals.map((one) => storage.reseal(one))))
      assert.deepEqual(areDone, [true, true])
      assert.deepEqual([await metadataOf(storage, row), await metadataOf(storage, other)], [METADATA, null])
    }),
    checkRow('a row that ends loses it, and a replacement sets what it names', async (storage, row) => {
      const { sid, data, userId, keyId, trimAt } = row
      const live = { sid, data, userId, keyId, trimAt, binding: null, endedAt: null, endReason: null, now: 0 }
      assert.equal(await storage.replace({ ...live, version: 1, metadata: LATER }), true)
      assert.deepEqual(await metadataOf(storage, row), LATER)
      assert.equal(await storage.replace({ ...live, version: 2, metadata: null }), true)
      assert.equal(await metadataOf(storage, row), null)
      assert.equal(await metadataOf(storage, await ended(storage, { metadata: METADATA })), null)
      const user = await stored(storage, { metadata: METADATA, userId: `user ${newKeyId()}` })
      assert.equal(await storage.endUser(user.userId!, newEnd('revoked')), 1)
      assert.equal(await metadataOf(storage, user), null)
    }),
  ]
}

async function metadataOf(storage: SessionDatabase, { sid }: NewRow): Promise<Buffer | null> {
  const metadata = (await find(storage, sid))?.metadata
  return metadata ? Buffer.from(metadata) : null
}

function assertChanged(storage: SessionDatabase, row: NewRow, change: RowChange) {
  const { data, version, touchedAt, expiresAt, metadata } = change
  return assertStored(storage, row, { data, version: version + 1, touchedAt, expiresAt, metadata })
}
