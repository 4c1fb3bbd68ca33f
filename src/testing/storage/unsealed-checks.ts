import assert from 'node:assert/strict'
import type { SessionDatabase } from '../../database/contract/session-database.ts'
import type { UnsealedRow, UnsealedRows } from '../../database/contract/session-row.ts'
import type { ContractCheck } from './contract-rows.ts'
import {
  assertStored,
  ended,
  find,
  newEnd,
  newKeyId,
  newSid,
  newUser,
  type StorageCheck,
  stored,
} from './contract-rows.ts'

const PAGE_ROWS = 50

/** The store's requirements for sealing rows that were copied into the table; a storage may omit this feature. */
export function unsealedChecks(check: StorageCheck): ContractCheck[] {
  const checkUnsealed = (name: string, run: (storage: SessionDatabase, rows: UnsealedRows) => Promise<void>) =>
    check(name, async (storage) => {
      if (storage.unsealed) await run(storage, storage.unsealed)
    })
  return [
    checkUnsealed('rows that no key sealed are listed page by page, each of them once', async (storage, unsealed) => {
      const rows = await Promise.all(Array.from({ length: PAGE_ROWS + 5 }, () => stored(storage, { keyId: null })))
      const left = [await stored(storage), await ended(storage, { keyId: null })]
      const listed = (await pagesOf(unsealed)).map(({ sid }) => hexOf(sid))
      assert.equal(new Set(listed).size, listed.length, 'a row is listed twice')
      for (const { sid } of rows) assert.ok(listed.includes(hexOf(sid)), 'a row is not listed')
      for (const { sid } of left) assert.ok(!listed.includes(hexOf(sid)), 'sealed rows and ended ones are left out')
    }),
    checkUnsealed('a row that no key sealed goes on sealed under another key, once', async (storage, unsealed) => {
      const [user, other] = [newUser(), newUser()]
      for (const userId of [user, null]) {
        const row = await stored(storage, { keyId: null, userId })
        const found = await foundRow(unsealed, row.sid)
        const sealing = { ...newSealing(), userId: other }
        assert.equal(await unsealed.seal(found, sealing), true)
        assert.equal(await find(storage, row.sid), undefined)
        await assertStored(storage, { ...row, sid: sealing.sid }, { data: sealing.data, version: 2 })
        assert.equal(await unsealed.seal(found, newSealing()), false, 'it is sealed already')
        assert.equal(await storage.endUser(userId ?? other, newEnd()), 1, 'a user stays, and where none is it is set')
      }
    }),
    checkUnsealed('a row that no key sealed may be sealed under the key that it has', async (storage, unsealed) => {
      const row = await stored(storage, { keyId: null })
      const sealing = { ...newSealing(), sid: row.sid }
      assert.equal(await unsealed.seal(await foundRow(unsealed, row.sid), sealing), true)
      await assertStored(storage, row, { data: sealing.data, version: 2 })
    }),
    checkUnsealed('a row whose new key is taken is deleted, and the other stays', async (storage, unsealed) => {
      const [taken, row] = [await stored(storage), await stored(storage, { keyId: null })]
      assert.equal(await unsealed.seal(await foundRow(unsealed, row.sid), { ...newSealing(), sid: taken.sid }), false)
      assert.equal(await find(storage, row.sid), undefined)
      await assertStored(storage, taken)
    }),
  ]
}

const newSealing = () => ({
  sid: newSid(),
  data: Buffer.from(`sealed ${newSid().toString('hex')}`),
  keyId: newKeyId(),
  userId: null,
  trimAt: Date.now() + 7_200_000,
})

const hexOf = (bytes: Buffer) => Buffer.from(bytes).toString('hex')

async function pagesOf(unsealed: UnsealedRows): Promise<UnsealedRow[]> {
  const all: UnsealedRow[] = []
  for (;;) {
    const page = await unsealed.list(all.at(-1), PAGE_ROWS)
    assert.ok(page.length <= PAGE_ROWS, 'list() yields more rows than it was asked for')
    all.push(...page)
    if (page.length < PAGE_ROWS) return all
  }
}

async function foundRow(unsealed: UnsealedRows, sid: Buffer): Promise<UnsealedRow> {
  const row = (await pagesOf(unsealed)).find((one) => sid.equals(one.sid))
  assert.ok(row, 'a row is not listed')
  return row
}
