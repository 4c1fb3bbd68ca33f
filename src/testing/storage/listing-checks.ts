import assert from 'node:assert/strict'
import type {
  ListedRow,
  NewRow,
  RowFilter,
  SessionDatabase,
  SessionListing,
} from '../../database/contract/session-database.ts'
import type { ContractCheck } from './contract-rows.ts'
import { assertStored, ended, HOUR_MS, newEnd, newRow, newUser, type StorageCheck, stored } from './contract-rows.ts'

const PAGE_ROWS = 2
const EMPTY = Buffer.alloc(0)
const GREATEST_KEY = Buffer.alloc(32, 0xff)

type ListingCheck = (listing: SessionListing, storage: SessionDatabase) => Promise<void>

/** The store's requirements for listing sessions and ending many; for storages with a `listing`. */
export function listingChecks(checkStorage: StorageCheck): ContractCheck[] {
  const check = (name: string, run: ListingCheck) => checkStorage(name, (storage) => run(listingOf(storage), storage))
  return [
    check(
      'rows are listed the newest first, those of one moment by descending key, page by page',
      async (listing, storage) => {
        const userId = newUser()
        const { createdAt } = newRow()
        const rows = await storedAt(storage, userId, [createdAt, createdAt - 5, createdAt, createdAt + 5, createdAt])
        const pages: string[][] = []
        let last: ListedRow | undefined
        for (let page = 0; page < 3; page++) {
          const found = await listing.list({ userId }, last, PAGE_ROWS)
          last = found.at(-1)
          pages.push(found.map(hexOf))
        }
        const keys = rows.sort(byPlace).map(hexOf)
        assert.deepEqual(pages, [keys.slice(0, 2), keys.slice(2, 4), keys.slice(4)])
      },
    ),
    check('a listed row has all but the content', async (listing, storage) => {
      const row = await stored(storage, { userId: newUser() })
      await assertListed(listing, row, { userId: row.userId, bytes: row.data.length })
      const end = newEnd()
      await storage.end(row.sid, end)
      await assertListed(listing, row, { userId: null, bytes: 0, endedAt: end.endedAt, endReason: end.endReason })
    }),
    check('all that a filter says holds of what is listed and counted', async (listing, storage) => {
      const userId = newUser()
      const [one, two, three] = (await storedAt(storage, userId, [1_000, 2_000, 3_000])) as [NewRow, NewRow, NewRow]
      const expected: [RowFilter, NewRow[]][] = [
        [{}, [one, two, three]],
        [{ sid: two.sid }, [two]],
        [{ exceptSid: two.sid }, [one, three]],
        [{ createdFrom: 2_000 }, [two, three]],
        [{ createdBefore: 2_000 }, [one]],
        [{ touchedFrom: two.touchedAt }, [two, three]],
        [{ touchedBefore: two.touchedAt }, [one]],
        [{ createdFrom: 1_001, touchedBefore: three.touchedAt, exceptSid: three.sid }, [two]],
        [{ sid: one.sid, createdFrom: 2_000 }, []],
      ]
      for (const [filter, rows] of expected) await assertFound(listing, { ...filter, userId }, rows)
      await assertFound(listing, { userId: userId.toUpperCase() }, [])
      await assertFound(listing, { sid: one.sid, isUnended: true }, [one])
      await storage.end(one.sid, newEnd())
      await assertFound(listing, { sid: one.sid, isUnended: true }, [])
      await assertFound(listing, { userId }, [two, three])
    }),
    check('a row is live, expired or ended, by the moment of the question', async (listing, storage) => {
      const row = await stored(storage)
      const { sid, createdAt, expiresAt } = row
      const live = { now: expiresAt - 1, tooOld: createdAt - 1 }
      const expired = [
        { ...live, now: expiresAt },
        { ...live, tooOld: createdAt },
      ]
      const assertState = async (moment: typeof live, state: string) => {
        for (const is of ['live', 'expired', 'ended'] as const) {
          await assertFound(listing, { sid, state: { ...moment, is } }, is === state ? [row] : [])
        }
      }
      await assertState(live, 'live')
      for (const moment of expired) await assertState(moment, 'expired')
      await storage.end(sid, newEnd())
      for (const moment of [live, ...expired]) await assertState(moment, 'ended')
    }),
    check('a tally counts the rows of each state, and their bytes', async (listing, storage) => {
      const moment = { now: Date.now(), tooOld: 0 }
      const before = await listing.tally(moment, undefined)
      const [live, expired] = [await stored(storage), await stored(storage, { expiresAt: moment.now })]
      await ended(storage)
      const { rows, bound: _, ...counts } = await listing.tally(moment, undefined)
      const bytes = before.bytes + live.data.length + expired.data.length
      assert.deepEqual({ rows, ...counts }, { ...plusOne(before), rows: before.rows + 3, bytes })
      const { bound: _1, ...upToLast } = await listing.tally(moment, GREATEST_KEY)
      assert.deepEqual(upToLast, { rows, ...counts })
    }),
    check('the n-th key is that up to which there are n rows', async (listing, storage) => {
      const moment = { now: Date.now(), tooOld: 0 }
      for (const { sid } of [await stored(storage), await ended(storage)]) {
        const { rows } = await listing.tally(moment, sid)
        assert.equal(keyText(await listing.nthKey(rows)), keyText(sid))
      }
      const { rows } = await listing.tally(moment, undefined)
      assert.equal(await listing.nthKey(rows + 1), undefined)
    }),
    check('the n-th creation is that of the n-th row after a moment', async (listing, storage) => {
      const moment = 2 ** 50 + Math.floor(Math.random() * 2 ** 45)
      await storedAt(storage, null, [moment, moment + 4, moment + 1, moment + 2])
      const found = [1, 2, 3].map((position) => listing.nthCreation(moment, position))
      assert.deepEqual(await Promise.all(found), [moment + 1, moment + 2, moment + 4])
      assert.equal(await listing.nthCreation(Number.MAX_SAFE_INTEGER, 1), undefined)
    }),
    check('all rows of a filter end, once, and no others', async (listing, storage) => {
      const userId = newUser()
      const rows = await storedAt(storage, userId, [1_000, 2_000, 3_000, 4_000])
      const destroyed = await ended(storage, { userId, createdAt: 1_500 })
      const other = await stored(storage, { createdAt: 1_500, userId: newUser() })
      const end = newEnd('revoked')
      assert.equal(await listing.endAll({ userId, createdBefore: 4_000, exceptSid: rows[1]!.sid }, end), 2)
      const changes = { ...end, data: EMPTY, version: 2 }
      for (const [n, row] of rows.entries()) await assertStored(storage, row, n === 1 || n === 3 ? {} : changes)
      await assertStored(storage, other)
      assert.equal(await listing.endAll({ userId }, newEnd('revoked')), 2)
      assert.equal(await listing.endAll({ userId }, newEnd('revoked')), 0)
      const reasons = await listing.list({ sid: destroyed.sid }, undefined, 1)
      assert.equal(reasons[0]?.endReason, 'destroyed')
    }),
  ]
}

function listingOf({ listing }: SessionDatabase): SessionListing {
  assert.ok(listing, 'the storage has no listing; omit hasListing, or add one')
  return listing
}

function storedAt(storage: SessionDatabase, userId: string | null, times: readonly number[]): Promise<NewRow[]> {
  return Promise.all(times.map((createdAt) => stored(storage, { userId, createdAt, touchedAt: createdAt + HOUR_MS })))
}

async function assertFound(listing: SessionListing, filter: RowFilter, rows: readonly NewRow[]): Promise<void> {
  const what = `of the filter { ${Object.keys(filter).join(', ')} }`
  const found = await listing.list(filter, undefined, 10)
  assert.deepEqual(found.map(hexOf).sort(), rows.map(hexOf).sort(), `list() ${what}`)
  assert.equal(await listing.count(filter), rows.length, `count() ${what}`)
}

async function assertListed(listing: SessionListing, row: NewRow, changes: Partial<ListedRow>): Promise<void> {
  const { createdAt, touchedAt, expiresAt, endedAt, endReason } = row
  const [found] = await listing.list({ sid: row.sid }, undefined, 1)
  const { sid, metadata: _1, isBound: _2, ...rest } = found ?? ({} as ListedRow)
  assert.equal(keyText(sid), keyText(row.sid))
  assert.deepEqual({ ...rest }, { createdAt, touchedAt, expiresAt, endedAt, endReason, ...changes })
}

function byPlace(one: NewRow, other: NewRow): number {
  return other.createdAt - one.createdAt || Buffer.compare(other.sid, one.sid)
}

function plusOne({ live, expired, ended }: Record<'live' | 'expired' | 'ended', number>) {
  return { live: live + 1, expired: expired + 1, ended: ended + 1 }
}

const keyText = (sid: Buffer | undefined) => sid && Buffer.from(sid).toString('hex')
const hexOf = ({ sid }: { readonly sid: Buffer }) => Buffer.from(sid).toString('hex')
