import assert from 'node:assert/strict'
import {
  assertStored,
  type ContractCheck,
  changeOf,
  ended,
  find,
  newEnd,
  newRow,
  newSid,
  newUser,
  type StorageCheck,
  stored,
} from './contract-rows.ts'

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
const LARGE_BYTES = 1_048_576 + 37
/** More keys than the store puts into one statement. */
const MANY = 300

/** The optional methods of a storage for many rows at once. */
export function manyChecks(check: StorageCheck): ContractCheck[] {
  return [
    check(
      'many rows are inserted at once, where that can be done, and each is told its own outcome',
      async (storage) => {
        if (!storage.insertMany) return
        const known = [await stored(storage), await ended(storage)]
        const kept = await storage.read(known.map(({ sid }) => sid))
        const rows = Array.from({ length: MANY }, (_, n) =>
          newRow({ sid: known[n - 1]?.sid ?? newSid(), userId: n % 2 ? newUser() : null, keyId: n % 3 ? n : null }),
        )
        const [large, over] = [Buffer.alloc(LARGE_BYTES, EVERY_BYTE), { endedAt: 5, endReason: 'revoked' } as const]
        rows.push(newRow({ data: large }), newRow({ data: large }), newRow({ ...over, data: Buffer.alloc(0) }))
        const outcomes = await storage.insertMany(rows)
        assert.deepEqual(
          outcomes,
          rows.map((_, n) => known[n - 1] === undefined),
        )
        for (const row of rows.filter((_, n) => outcomes[n])) await assertStored(storage, row)
        for (const row of kept) await assertStored(storage, row)
        assert.equal(await storage.endUser(rows[1 + known.length]!.userId!, newEnd()), 1)
      },
    ),
    check(
      'many rows are changed at once, where that can be done, and each is told its own outcome',
      async (storage) => {
        if (!storage.updateMany) return
        const [first, other, over, absent] = [
          await stored(storage),
          await stored(storage),
          await ended(storage),
          newRow(),
        ]
        const tombstone = await find(storage, over.sid)
        const [change, more] = [changeOf(first), changeOf(await stored(storage))]
        const refused = [changeOf(other, { version: 6 }), changeOf(over), changeOf(absent)]
        const changes = [change, ...refused, more]
        const alone = () => Promise.all(changes.map((one) => storage.update(one)))
        assert.deepEqual((await storage.updateMany(changes)) ?? (await alone()), [true, false, false, false, true])
        const { data, touchedAt, expiresAt } = change
        await assertStored(storage, first, { data, touchedAt, expiresAt, version: 2 })
        await assertStored(storage, other)
        await assertStored(storage, tombstone!)
        assert.equal(await find(storage, absent.sid), undefined)
        assert.deepEqual(await storage.updateMany([changeOf(other)]), [true])
      },
    ),
  ]
}
