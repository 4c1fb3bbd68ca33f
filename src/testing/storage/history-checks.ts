import assert from 'node:assert/strict'
import type { EventRow, SessionDatabase, SessionEventRows } from '../../database/contract/session-database.ts'
import type { ContractCheck, StorageCheck } from './contract-rows.ts'
import { HOUR_MS, newSid, newUser } from './contract-rows.ts'
import { assertEvents, assertFound, newEvent, newestFirst, plain, storedEvents } from './history-rows.ts'

/** More events than the store puts into one statement. */
const MANY = 150
const PAGE_ROWS = 2
const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

type HistoryCheck = (history: SessionEventRows, storage: SessionDatabase) => Promise<void>

/** The store's requirements for the table of events; a storage may omit this feature. */
export function historyChecks(checkStorage: StorageCheck): ContractCheck[] {
  const check = (name: string, run: HistoryCheck) =>
    checkStorage(name, async (storage) => {
      if (storage.history) await run(storage.history, storage)
    })
  return [
    check('the table of events exists and has a name', async (history) => {
      assert.ok(typeof history.table === 'string' && history.table !== '', 'the table of events has a name')
      await history.check()
    }),
    check('every byte, number and null of an event is stored', async (history) => {
      const at = 2 ** 47 + 12_345
      const full = newEvent({ data: EVERY_BYTE, keyId: 0xffff_ffff, at, kind: 'unreadable' })
      const bare = newEvent({ data: Buffer.alloc(0), keyId: null, userId: null, at: 0, kind: 'keys' })
      await history.insertMany([full, bare])
      for (const event of [full, bare]) await assertEvents(history, event.sid, [event])
    }),
    check('an event that is stored already stays as it is, and the others of the call are stored', async (history) => {
      const stored = newEvent()
      await history.insertMany([stored])
      const changed = { ...stored, data: Buffer.from('changed'), userId: newUser(), kind: 'ended' as const }
      const [sameSession, sameId] = [newEvent({ sid: stored.sid, at: stored.at - 1 }), newEvent({ id: stored.id })]
      await history.insertMany([sameSession, changed, sameId])
      await history.insertMany([changed])
      await assertEvents(history, stored.sid, [stored, sameSession])
      await assertEvents(history, sameId.sid, [sameId])
    }),
    check('many events are stored at once, each of them once, and none is a call without effect', async (history) => {
      await history.insertMany([])
      const userId = newUser()
      const events = await storedEvents(
        history,
        userId,
        Array.from({ length: MANY }, (_, n) => HOUR_MS + n),
      )
      const assertAll = async () => {
        const listed = await history.list({ userId }, undefined, MANY + 1)
        assert.deepEqual(listed.map(plain), events.toReversed().map(plain))
      }
      await assertAll()
      await Promise.all([history.insertMany(events), history.insertMany(events.toReversed())])
      await assertAll()
    }),
    check('events are listed the newest first, those of one time by id and session, page by page', async (history) => {
      const userId = newUser()
      const at = Date.now()
      const events = await storedEvents(history, userId, [at, at - 5, at, at + 5, at])
      events.push(newEvent({ userId, at, id: events[0]!.id }), newEvent({ userId, at, id: events[0]!.id }))
      await history.insertMany(events)
      const pages: EventRow[] = []
      for (let page = 0; page < 5; page++) {
        const found = await history.list({ userId }, pages.at(-1), PAGE_ROWS)
        assert.ok(found.length <= PAGE_ROWS, 'list() returns more events than its limit')
        pages.push(...found)
      }
      assert.deepEqual(pages.map(plain), events.sort(newestFirst).map(plain))
    }),
    check('a filter of events holds for what is listed and counted', async (history) => {
      const userId = newUser()
      const [one, two, three] = await storedEvents(history, userId, [1_000, 2_000, 3_000])
      const ended = newEvent({ userId, at: 4_000, kind: 'ended', sid: one!.sid })
      await history.insertMany([ended, newEvent({ at: 2_000 })])
      await assertFound(history, { userId }, [one!, two!, three!, ended])
      await assertFound(history, { userId, sid: one!.sid }, [one!, ended])
      await assertFound(history, { userId, kinds: ['ended', 'revoked'] }, [ended])
      await assertFound(history, { userId, kinds: ['created', 'ended'], before: 2_000 }, [one!])
      await assertFound(history, { userId, kinds: [] }, [])
      await assertFound(history, { userId, from: 2_000 }, [two!, three!, ended])
      await assertFound(history, { userId, from: 2_000, before: 3_000 }, [two!])
      for (const other of [userId.toUpperCase(), `${userId} `]) await assertFound(history, { userId: other }, [])
      await assertFound(history, { sid: newSid() }, [])
    }),
    check('activity counts the events of each period and kind, in the order of the periods', async (history) => {
      const userId = newUser()
      const start = 1_000 * HOUR_MS
      await storedEvents(history, userId, [start + 2 * HOUR_MS, start, start + HOUR_MS - 1])
      await storedEvents(history, userId, [start + 1, start - 1], { kind: 'ended' })
      await storedEvents(history, newUser(), [start])
      const counts = await history.activity({ userId, from: start }, HOUR_MS)
      const sorted = counts.toSorted((one, other) => one.start - other.start || one.kind.localeCompare(other.kind))
      assert.deepEqual(sorted, [
        { start, kind: 'created', events: 2 },
        { start, kind: 'ended', events: 1 },
        { start: start + 2 * HOUR_MS, kind: 'created', events: 1 },
      ])
      const starts = counts.map((count) => count.start)
      assert.deepEqual(starts, [start, start, start + 2 * HOUR_MS])
      assert.deepEqual(await history.activity({ userId, kinds: ['ended'], before: start }, 24 * HOUR_MS), [
        { start: Math.floor((start - 1) / (24 * HOUR_MS)) * 24 * HOUR_MS, kind: 'ended', events: 1 },
      ])
    }),
    check('the sessions of a user in the events are listed by ascending key, each once', async (history) => {
      const userId = newUser()
      const events = (await storedEvents(history, userId, [1, 2, 3])).sort((one, other) => one.sid.compare(other.sid))
      await storedEvents(history, userId, [4, 5], { sid: events[0]!.sid })
      await storedEvents(history, `${userId} `, [6])
      const sids: Buffer[] = []
      for (let page = 0; page < 3; page++) {
        const found = await history.sessionsOf(userId, sids.at(-1) ?? Buffer.alloc(0), PAGE_ROWS)
        assert.ok(found.length <= PAGE_ROWS, 'sessionsOf() returns more keys than its limit')
        sids.push(...found)
      }
      assert.deepEqual(
        sids.map(hexOf),
        events.map(({ sid }) => hexOf(sid)),
      )
    }),
  ]
}

const hexOf = (bytes: Buffer) => Buffer.from(bytes).toString('hex')
