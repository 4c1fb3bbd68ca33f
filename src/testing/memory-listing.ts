import type {
  ListedRow,
  NewRow,
  RowFilter,
  RowMoment,
  RowState,
  SessionListing,
} from '../database/contract/session-database.ts'
import { bySid, isLasting, isUnended, type MemoryRows } from './memory-rows.ts'

/** The listing of a storage in memory. */
export function memoryListing(rows: MemoryRows): SessionListing {
  const matching = (filter: RowFilter) => rows.all((row) => isMatch(row, filter))
  return {
    async list(filter, behind, limit) {
      const sorted = matching(filter).sort(newestFirst)
      return sorted
        .filter((row) => !behind || newestFirst(behind, row) < 0)
        .slice(0, limit)
        .map(toListed)
    },
    count: async (filter) => matching(filter).length,
    async tally(moment, upTo) {
      const counted = rows.all(({ sid }) => !upTo || Buffer.compare(sid, upTo) <= 0)
      const of = (state: RowState) => counted.filter((row) => stateOf(row, moment) === state).length
      const bytes = counted.reduce((sum, { data }) => sum + data.length, 0)
      const bound = counted.filter((row) => row.binding && stateOf(row, moment) === 'live').length
      return { rows: counted.length, bound, live: of('live'), ended: of('ended'), expired: of('expired'), bytes }
    },
    nthKey: async (position) => rows.all(() => true).sort(bySid)[position - 1]?.sid,
    async nthCreation(after, position) {
      const times = rows.all(({ createdAt }) => createdAt > after).map(({ createdAt }) => createdAt)
      return times.sort((one, other) => one - other)[position - 1]
    },
    async endAll(filter, end) {
      const ending = matching({ ...filter, isUnended: true })
      for (const row of ending) rows.end(row, end)
      return ending.length
    },
  }
}

function isMatch(row: NewRow, filter: RowFilter): boolean {
  const { userId, sid, exceptSid, state } = filter
  return (
    (userId === undefined || row.userId === userId) &&
    (sid === undefined || row.sid.equals(sid)) &&
    (exceptSid === undefined || !row.sid.equals(exceptSid)) &&
    isBetween(row.createdAt, filter.createdFrom, filter.createdBefore) &&
    isBetween(row.touchedAt, filter.touchedFrom, filter.touchedBefore) &&
    (!filter.isUnended || isUnended(row)) &&
    (state === undefined || stateOf(row, state) === state.is)
  )
}

const isBetween = (time: number, from = Number.NEGATIVE_INFINITY, before = Number.POSITIVE_INFINITY) =>
  time >= from && time < before

function stateOf(row: NewRow, { now, tooOld }: RowMoment): RowState {
  if (!isLasting(row)) return 'ended'
  return row.expiresAt > now && row.createdAt > tooOld ? 'live' : 'expired'
}

type Place = Pick<NewRow, 'createdAt' | 'sid'>

const newestFirst = (one: Place, other: Place) => other.createdAt - one.createdAt || Buffer.compare(other.sid, one.sid)

function toListed({ data, version: _1, trimAt: _2, keyId: _3, binding, ...listed }: NewRow): ListedRow {
  return { ...listed, bytes: data.length, isBound: binding !== null }
}
