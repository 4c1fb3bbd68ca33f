import assert from 'node:assert/strict'
import type { EventRow, SessionDatabase, SessionEventRows } from '../../database/contract/session-database.ts'
import type { ContractCheck, StorageCheck } from './contract-rows.ts'
import { newKeyId, newUser } from './contract-rows.ts'
import { assertEvents, idText, newEvent, plain, storedEvents } from './history-rows.ts'

const PAGE_ROWS = 50
/** More sessions than the store puts into one statement. */
const MANY = 150
const EMPTY = Buffer.alloc(0)
const ERASED = { userId: null, keyId: null, data: EMPTY }

type HistoryCheck = (history: SessionEventRows, storage: SessionDatabase) => Promise<void>

/** The store's requirements for erasing, sealing again and deleting events; a storage may omit this feature. */
export function historyChangeChecks(checkStorage: StorageCheck): ContractCheck[] {
  const check = (name: string, run: HistoryCheck) =>
    checkStorage(name, async (storage) => {
      if (storage.history) await run(storage.history, storage)
    })
  return [
    check('events of a user are erased with those of no user in their sessions, and counted once', async (history) => {
      const userId = newUser()
      const [theirs] = (await storedEvents(history, userId, [30])) as [EventRow]
      const { sid } = theirs
      const [none, other] = [newEvent({ sid, at: 20, userId: null }), newEvent({ sid, at: 10, userId: `${userId} ` })]
      const elsewhere = newEvent({ userId })
      await history.insertMany([none, other, elsewhere])
      assert.equal(await history.erase([sid, newEvent().sid], userId), 2)
      await assertEvents(history, sid, [{ ...theirs, ...ERASED }, { ...none, ...ERASED }, other])
      await assertEvents(history, elsewhere.sid, [elsewhere])
      assert.equal(await history.erase([sid], userId), 0)
      assert.equal(await history.count({ userId }), 1)
    }),
    check('events of many sessions are erased at once, and of no session none', async (history) => {
      const userId = newUser()
      const events = await storedEvents(
        history,
        userId,
        Array.from({ length: MANY }, (_, n) => n),
      )
      assert.equal(await history.erase([], userId), 0)
      const sids = events.map(({ sid }) => sid)
      assert.equal(await history.erase(sids, userId), MANY)
      assert.deepEqual(await history.sessionsOf(userId, EMPTY, 1), [])
    }),
    check('events that another key sealed are listed by session and id, page by page', async (history) => {
      const keyId = newKeyId()
      const [one, two] = [newEvent(), newEvent()]
      const second = newEvent({ sid: one.sid, at: one.at - 1 })
      const left = [newEvent({ keyId }), newEvent({ keyId: null })]
      await history.insertMany([one, two, second, ...left])
      const listed = await otherPages(history, keyId)
      const places = listed.map(placeText)
      assert.deepEqual(places, [...new Set(places)].sort(), 'the events ascend, and each comes once')
      for (const event of [one, two, second]) {
        const found = listed[places.indexOf(placeText(event))]
        assert.deepEqual(found && plain(found), plain(event))
      }
      for (const event of left) assert.ok(!places.includes(placeText(event)), 'an event without another key is listed')
    }),
    check('an event is sealed again unless it was erased, and counted by its key', async (history) => {
      const [before, after] = [newKeyId(), newKeyId()]
      const [event, sibling] = [newEvent({ keyId: before }), newEvent({ keyId: before })]
      await history.insertMany([event, sibling])
      assert.equal(await rowsOf(history, before), 2)
      const { sid, id } = event
      const reseal = { sid, id, keyId: after, data: Buffer.from('sealed again') }
      assert.equal(await history.reseal(reseal), true)
      await assertEvents(history, sid, [{ ...event, ...reseal }])
      await assertEvents(history, sibling.sid, [sibling])
      assert.deepEqual([await rowsOf(history, before), await rowsOf(history, after)], [1, 1])
      assert.equal(await history.reseal({ ...reseal, id: newEvent().id }), false)
      await history.erase([sid], event.userId!)
      assert.equal(await history.reseal(reseal), false)
      await assertEvents(history, sid, [{ ...event, ...ERASED }])
      assert.equal(await rowsOf(history, after), 0)
    }),
    check('old events are deleted up to a limit, the oldest first', async (history) => {
      await deleteBefore(history, 100)
      const userId = newUser()
      const events = await storedEvents(history, userId, [40, 10, 30, 20, 100])
      await storedEvents(history, userId, [50], { sid: events[1]!.sid })
      assert.equal(await history.trim(100, 2), 2)
      assert.deepEqual(await timesOf(history, userId), [100, 50, 40, 30])
      assert.equal(await history.trim(40, 10), 1)
      assert.deepEqual(await timesOf(history, userId), [100, 50, 40])
      assert.equal(await history.trim(100, 10), 2)
      assert.equal(await history.trim(100, 10), 0)
      assert.deepEqual(await timesOf(history, userId), [100])
    }),
    check('a key that sealed an event is used, whether it sealed a session or not', async (history, { keys }) => {
      if (!keys) return
      const [used, unused] = [newKeyId(), newKeyId()]
      for (const id of [used, unused]) await keys.insert({ id, wrapped: Buffer.from('wrapped'), createdAt: 1 })
      const event = newEvent({ keyId: used })
      await history.insertMany([event])
      await keys.deleteUnused(2)
      const kept = (await keys.read()).map(({ id }) => id)
      assert.deepEqual([kept.includes(used), kept.includes(unused)], [true, false])
      await history.erase([event.sid], event.userId!)
      assert.equal(await keys.deleteUnused(2), 1)
    }),
  ]
}

const placeText = ({ sid, id }: EventRow) => Buffer.from(sid).toString('hex') + idText({ id })

async function otherPages(history: SessionEventRows, keyId: number): Promise<EventRow[]> {
  const all: EventRow[] = []
  for (;;) {
    const page = await history.sealedByOthers(keyId, all.at(-1), PAGE_ROWS)
    assert.ok(page.length <= PAGE_ROWS, 'sealedByOthers() returns more events than its limit')
    all.push(...page)
    if (page.length < PAGE_ROWS) return all
  }
}

async function rowsOf(history: SessionEventRows, keyId: number): Promise<number> {
  const counts = (await history.countByKey()).filter((count) => count.keyId === keyId)
  assert.ok(counts.length <= 1, 'countByKey() names a key twice')
  return counts[0]?.rows ?? 0
}

async function deleteBefore(history: SessionEventRows, time: number): Promise<void> {
  while ((await history.trim(time, PAGE_ROWS)) === PAGE_ROWS);
}

async function timesOf(history: SessionEventRows, userId: string): Promise<number[]> {
  return (await history.list({ userId }, undefined, 10)).map(({ at }) => at)
}
