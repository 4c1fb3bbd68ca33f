import type {
  EventCount,
  EventFilter,
  EventPlace,
  EventRow,
  SessionEventRows,
} from '../database/contract/session-database.ts'

/** The events of a storage in memory. Events are never changed in place, so an event stays as it was read. */
export function memoryEvents(): SessionEventRows {
  const events = new Map<string, EventRow>()
  const all = (isWanted: (event: EventRow) => boolean) => [...events.values()].filter(isWanted)
  const put = (event: EventRow) => events.set(keyOf(event), event)

  return {
    table: 'memory_events',
    async insertMany(list) {
      for (const event of list) if (!events.has(keyOf(event))) put(event)
    },
    async list(filter, behind, limit) {
      const found = all((event) => isMatch(event, filter) && (!behind || newestFirst(behind, event) < 0))
      return found.sort(newestFirst).slice(0, limit)
    },
    count: async (filter) => all((event) => isMatch(event, filter)).length,
    activity: async (filter, periodMs) =>
      countByPeriod(
        all((event) => isMatch(event, filter)),
        periodMs,
      ),
    async sessionsOf(userId, after, limit) {
      const found = all((event) => event.userId === userId && Buffer.compare(event.sid, after) > 0)
      const sids = new Map(found.map(({ sid }) => [sid.toString('latin1'), sid]))
      return [...sids.values()].sort(Buffer.compare).slice(0, limit)
    },
    async erase(sids, userId) {
      const keys = new Set(sids.map((sid) => sid.toString('latin1')))
      const theirs = all(
        (event) =>
          keys.has(event.sid.toString('latin1')) &&
          (event.userId === userId || (event.userId === null && event.keyId !== null)),
      )
      for (const event of theirs) put({ ...event, userId: null, keyId: null, data: EMPTY })
      return theirs.length
    },
    async sealedByOthers(keyId, after, limit) {
      const others = all((event) => event.keyId !== null && event.keyId !== keyId)
      return others
        .filter((event) => !after || byKey(event, after) > 0)
        .sort(byKey)
        .slice(0, limit)
    },
    async reseal({ sid, id, keyId, data }) {
      const event = events.get(keyOf({ sid, id }))
      if (!event || event.keyId === null) return false
      put({ ...event, keyId, data })
      return true
    },
    async countByKey() {
      const counts = new Map<number, number>()
      for (const { keyId } of all((event) => event.keyId !== null)) counts.set(keyId!, (counts.get(keyId!) ?? 0) + 1)
      return [...counts].map(([keyId, rows]) => ({ keyId, rows }))
    },
    async trim(before, limit) {
      const old = all(({ at }) => at < before)
        .sort((one, other) => one.at - other.at)
        .slice(0, limit)
      for (const event of old) events.delete(keyOf(event))
      return old.length
    },
    check: async () => {},
  }
}

const EMPTY = Buffer.alloc(0)

type EventKey = Pick<EventRow, 'sid' | 'id'>

const keyOf = ({ sid, id }: EventKey) => Buffer.concat([sid, id]).toString('latin1')

const byKey = (one: EventKey, other: EventKey) => Buffer.compare(one.sid, other.sid) || Buffer.compare(one.id, other.id)

const newestFirst = (one: EventPlace, other: EventPlace) =>
  other.at - one.at || Buffer.compare(other.id, one.id) || Buffer.compare(other.sid, one.sid)

function isMatch(event: EventRow, { userId, sid, kinds, from, before }: EventFilter): boolean {
  return (
    (userId === undefined || event.userId === userId) &&
    (sid === undefined || event.sid.equals(sid)) &&
    (kinds === undefined || kinds.includes(event.kind)) &&
    (from === undefined || event.at >= from) &&
    (before === undefined || event.at < before)
  )
}

function countByPeriod(events: readonly EventRow[], periodMs: number): EventCount[] {
  const counts = new Map<string, EventCount>()
  for (const { at, kind } of events) {
    const start = at - (at % periodMs)
    const key = `${start} ${kind}`
    counts.set(key, { start, kind, events: (counts.get(key)?.events ?? 0) + 1 })
  }
  return [...counts.values()].sort((one, other) => one.start - other.start)
}
