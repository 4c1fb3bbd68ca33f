import assert from 'node:assert/strict'
import type { EventFilter, EventRow, SessionEventRows } from '../../database/contract/session-database.ts'
import { newKeyId, newSid, newUser } from './contract-rows.ts'

const TIME_BYTES = 6
const OTHER_BYTES = 10

/** An id of an event of this time. */
export function newEventId(at: number): Buffer {
  const time = Buffer.alloc(TIME_BYTES)
  time.writeUIntBE(at, 0, TIME_BYTES)
  return Buffer.concat([time, newSid().subarray(0, OTHER_BYTES)])
}

/** An event of a session that no other check has. */
export function newEvent(changes: Partial<EventRow> = {}): EventRow {
  const at = changes.at ?? Date.now()
  const data = Buffer.from(`sealed ${newUser()}`)
  return {
    sid: newSid(),
    id: newEventId(at),
    kind: 'created',
    userId: newUser(),
    at,
    keyId: newKeyId(),
    data,
    ...changes,
  }
}

/** Events of one user at these times, stored in one call. */
export async function storedEvents(
  history: SessionEventRows,
  userId: string | null,
  times: readonly number[],
  changes: Partial<EventRow> = {},
): Promise<EventRow[]> {
  const events = times.map((at) => newEvent({ userId, at, ...changes }))
  await history.insertMany(events)
  return events
}

/** The events of a session, the newest first. */
export const eventsOf = (history: SessionEventRows, sid: Buffer) => history.list({ sid }, undefined, 100)

/** Fails unless these are the events of the session, in this order. */
export async function assertEvents(
  history: SessionEventRows,
  sid: Buffer,
  expected: readonly EventRow[],
): Promise<void> {
  assert.deepEqual((await eventsOf(history, sid)).map(plain), expected.map(plain))
}

/** Fails unless a filter finds exactly these events, in any order. */
export async function assertFound(
  history: SessionEventRows,
  filter: EventFilter,
  events: readonly EventRow[],
): Promise<void> {
  const what = `of the filter { ${Object.keys(filter).join(', ')} }`
  const found = await history.list(filter, undefined, 10)
  assert.deepEqual(found.map(idText).sort(), events.map(idText).sort(), `list() ${what}`)
  assert.equal(await history.count(filter), events.length, `count() ${what}`)
}

/** The event with its bytes as text, whatever binary type a driver has. */
export function plain({ sid, id, kind, userId, at, keyId, data }: EventRow) {
  const texts = [sid, id, data].map((bytes) => Buffer.from(bytes).toString('hex'))
  return { texts, kind, userId, at, keyId }
}

export const idText = ({ id }: Pick<EventRow, 'id'>) => Buffer.from(id).toString('hex')

/** By time, id and session, all descending. */
export const newestFirst = (one: EventRow, other: EventRow) =>
  other.at - one.at || Buffer.compare(other.id, one.id) || Buffer.compare(other.sid, one.sid)
