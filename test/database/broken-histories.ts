import type { SessionEventRows } from '../../src/database/contract/session-database.ts'

/** Replaces methods of a sound table of events by faulty ones. */
export type HistoryFault = (sound: SessionEventRows) => Partial<SessionEventRows>

const none = Buffer.alloc(0)

/** Tables of events with one fault each, and the beginning of the promise that it breaks. */
export const BROKEN_HISTORIES: Record<string, [promise: string, fault: HistoryFault]> = {
  'has no table': ['the table of events exists', () => ({ check: () => Promise.reject(new Error('no such table')) })],
  'has no name': ['the table of events exists', () => ({ table: '' })],
  'stores text in place of bytes': [
    'every byte, number and null of an event',
    ({ insertMany }) => ({
      insertMany: (events) => insertMany(events.map((event) => ({ ...event, data: Buffer.from(`${event.data}`) }))),
    }),
  ],
  'stores the number zero for no key': [
    'every byte, number and null of an event',
    ({ list }) => ({
      list: async (...all) => (await list(...all)).map((event) => ({ ...event, keyId: event.keyId ?? 0 })),
    }),
  ],
  'replaces what is stored': [
    'an event that is stored already',
    ({ insertMany, reseal }) => ({
      async insertMany(events) {
        await insertMany(events)
        for (const event of events) await reseal({ ...event, keyId: event.keyId ?? 1 })
      },
    }),
  ],
  'stores one event of each session': [
    'an event that is stored already',
    ({ insertMany, count }) => ({
      async insertMany(events) {
        for (const event of events) if ((await count({ sid: event.sid })) === 0) await insertMany([event])
      },
    }),
  ],
  'stores 100 events at most': [
    'many events are stored at once',
    ({ insertMany }) => ({ insertMany: (events) => insertMany(events.slice(0, 100)) }),
  ],
  'refuses a call without events': [
    'many events are stored at once',
    ({ insertMany }) => ({
      insertMany: (events) => (events.length === 0 ? Promise.reject(new Error('none')) : insertMany(events)),
    }),
  ],
  'lists the oldest first': [
    'events are listed the newest first',
    ({ list }) => ({ list: async (...all) => (await list(...all)).reverse() }),
  ],
  'begins again on every page': [
    'events are listed the newest first',
    ({ list }) => ({ list: (filter, _, limit) => list(filter, undefined, limit) }),
  ],
  'continues after a time, not after an event': [
    'events are listed the newest first',
    ({ list }) => ({
      list: (filter, behind, limit) => list(filter, behind && { ...behind, id: none, sid: none }, limit),
    }),
  ],
  'continues after an id, not after an event': [
    'events are listed the newest first',
    ({ list }) => ({ list: (filter, behind, limit) => list(filter, behind && { ...behind, sid: none }, limit) }),
  ],
  'lists all kinds': [
    'a filter of events',
    ({ list }) => ({ list: ({ kinds, ...filter }, ...all) => list(filter, ...all) }),
  ],
  'includes the end of a filter': [
    'a filter of events',
    ({ list }) => ({
      list: ({ before, ...filter }, ...all) =>
        list(before === undefined ? filter : { ...filter, before: before + 1 }, ...all),
    }),
  ],
  'finds users by the start of their id': [
    'a filter of events',
    ({ count }) => ({ count: ({ userId, ...rest }) => count(userId ? { ...rest, userId: userId.trim() } : rest) }),
  ],
  'counts all events of a user': [
    'a filter of events',
    ({ count }) => ({ count: ({ userId, sid }) => count(userId ? { userId } : { sid: sid! }) }),
  ],
  'counts without periods': [
    'activity counts',
    ({ activity }) => ({ activity: (filter) => activity(filter, Number.MAX_SAFE_INTEGER) }),
  ],
  'counts the latest period first': [
    'activity counts',
    ({ activity }) => ({ activity: async (...all) => (await activity(...all)).reverse() }),
  ],
  'counts the activity of all': [
    'activity counts',
    ({ activity }) => ({ activity: ({ userId, ...filter }, periodMs) => activity(filter, periodMs) }),
  ],
  'names a session for each event': [
    'the sessions of a user',
    ({ list }) => ({
      async sessionsOf(userId, after, limit) {
        const sids = (await list({ userId }, undefined, 100)).map(({ sid }) => sid)
        return sids
          .filter((sid) => Buffer.compare(sid, after) > 0)
          .sort(Buffer.compare)
          .slice(0, limit)
      },
    }),
  ],
  'names the first sessions alone': [
    'the sessions of a user',
    ({ sessionsOf }) => ({ sessionsOf: (userId, _, limit) => sessionsOf(userId, none, limit) }),
  ],
  'erases nothing': ['events of a user are erased', () => ({ erase: async () => 2 })],
  'counts what was erased before': [
    'events of a user are erased',
    ({ erase }) => ({ erase: async (...all) => Math.max(1, await erase(...all)) }),
  ],
  'erases everybody’s events': [
    'events of a user are erased',
    ({ erase, list }) => ({
      async erase(sids, userId) {
        const count = await erase(sids, userId)
        for (const sid of sids) {
          for (const event of await list({ sid }, undefined, 10)) await erase([sid], event.userId ?? userId)
        }
        return count
      },
    }),
  ],
  'erases 100 sessions at most': [
    'events of many sessions',
    ({ erase }) => ({ erase: (sids, userId) => erase(sids.slice(0, 100), userId) }),
  ],
  'continues after a session, not after an event': [
    'events that another key sealed',
    ({ sealedByOthers }) => ({
      sealedByOthers: (keyId, after, limit) =>
        sealedByOthers(keyId, after && { ...after, id: Buffer.alloc(16, 0xff) }, Math.min(limit, 1)),
    }),
  ],
  'lists events of the key too': [
    'events that another key sealed',
    ({ sealedByOthers }) => ({ sealedByOthers: (_, after, limit) => sealedByOthers(-1, after, limit) }),
  ],
  'seals erased events again': [
    'an event is sealed again',
    ({ reseal }) => ({ reseal: async (one) => (await reseal(one)) || true }),
  ],
  'counts no event of a key': ['an event is sealed again', () => ({ countByKey: async () => [] })],
  'deletes events of the bound': [
    'old events are deleted',
    ({ trim }) => ({ trim: (before, limit) => trim(before + 1, limit) }),
  ],
  'deletes more than it should': [
    'old events are deleted',
    ({ trim }) => ({ trim: (before, limit) => trim(before, limit + 1) }),
  ],
}
