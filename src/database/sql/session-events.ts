import { type SQL, sql } from 'drizzle-orm'
import type { EventKind, EventRow, SessionEventRows } from '../contract/session-database.ts'
import { batches, numberOrNull } from './driver-rows.ts'
import {
  checkEvents,
  conditionsOf,
  countByKey,
  countByPeriod,
  countEvents,
  eraseEvents,
  eventsIdentifier,
  eventsTableOf,
  filterValues,
  IS_BEHIND,
  insertEvents,
  listEvents,
  resealEvent,
  selectSealedByOthers,
  selectSessions,
} from './event-statements.ts'
import { pageSize } from './listing.ts'
import { bySize, chunks, LARGEST, numbered } from './sizes.ts'
import { byLimit, type Compile, type SessionsTable, type Statement } from './statements.ts'

/** The parts of the event statements that depend on the dialect and its driver. */
interface EventsDriver {
  readonly compile: Compile
  /** Whether an event has exactly the user of the parameter `userId`. */
  readonly ofUser: SQL
  /** The end of an INSERT that keeps an event with the same key, and hides no other failure. */
  readonly keepStored: SQL
  /** Runs a query that may read many rows. */
  rows(statement: Statement, values: object): Promise<Record<string, unknown>[]>
  /** Runs a statement that changes rows, and returns how many. */
  change(statement: Statement, values: object): Promise<number>
  /** Runs an INSERT of one event for each, in one transaction, where that is quicker than one for many. */
  changeEach?(statement: Statement, values: readonly object[]): Promise<unknown>
  readonly trim: SessionEventRows['trim']
  /** Runs a statement that reads no row, and reports what the table lacks. */
  check(statement: Statement, table: string): Promise<void>
}

/**
 * The events of a sessions table.
 *
 * @param name - the name of the sessions table, without quotes, for messages
 */
export function sessionEvents(table: SessionsTable, name: string, driver: EventsDriver): SessionEventRows {
  const { compile, ofUser } = driver
  const events = eventsIdentifier(table)
  const inserts = bySize((size) => compile(sql`${insertEvents(events, size)} ${driver.keepStored}`))
  const erases = bySize((size) => compile(eraseEvents(events, ofUser, size)))
  const others = byLimit((limit) => compile(selectSealedByOthers(events, limit)))
  const sessions = byLimit((limit) => compile(selectSessions(events, ofUser, limit)))
  const reseal = compile(resealEvent(events))
  const byKey = compile(countByKey(events))
  const check = compile(checkEvents(events))
  const rows = (query: SQL, values: object) => driver.rows(compile(query), values)

  return {
    table: eventsTableOf(name),
    async insertMany(list) {
      const sorted = list.toSorted(byPrimaryKey)
      if (driver.changeEach) return void (await driver.changeEach(inserts.get(1)!, sorted.map(numberedAlone)))
      for (const part of batches(sorted, LARGEST).flatMap((batch) => chunks(batch, emptied))) {
        await driver.change(inserts.get(part.length)!, numbered(part))
      }
    },
    async list(filter, behind, limit) {
      const conditions = [...conditionsOf(filter, ofUser), ...(behind ? [IS_BEHIND] : [])]
      const place = { behindAt: behind?.at, behindId: behind?.id, behindSid: behind?.sid }
      const found = await rows(listEvents(events, conditions, pageSize(limit)), { ...filterValues(filter), ...place })
      return found.slice(0, limit).map(toEventRow)
    },
    async count(filter) {
      const counted = await rows(countEvents(events, conditionsOf(filter, ofUser)), filterValues(filter))
      return Number(counted[0]?.rowCount)
    },
    async activity(filter, periodMs) {
      const query = countByPeriod(events, conditionsOf(filter, ofUser))
      const counts = await rows(query, { ...filterValues(filter), periodMs })
      return counts.map(({ start, kind, rowCount }) => ({
        start: Number(start),
        kind: kind as EventKind,
        events: Number(rowCount),
      }))
    },
    async sessionsOf(userId, after, limit) {
      return (await driver.rows(sessions(limit), { userId, after })).map(({ sid }) => bytesOf(sid))
    },
    async erase(sids, userId) {
      let erased = 0
      for (const part of chunks(sids.toSorted(Buffer.compare), same)) {
        const keys = numbered(part.map((sid) => ({ sid })))
        erased += await driver.change(erases.get(part.length)!, { ...keys, userId, data: EMPTY })
      }
      return erased
    },
    async sealedByOthers(keyId, after, limit) {
      const place = { afterSid: after?.sid ?? EMPTY, afterId: after?.id ?? EMPTY }
      return (await driver.rows(others(limit), { keyId, ...place })).map(toEventRow)
    },
    reseal: async (one) => (await driver.change(reseal, one)) === 1,
    async countByKey() {
      const counts = await driver.rows(byKey, {})
      return counts.map(({ keyId, rowCount }) => ({ keyId: Number(keyId), rows: Number(rowCount) }))
    },
    trim: driver.trim,
    check: () => driver.check(check, eventsTableOf(name)),
  }
}

const EMPTY = Buffer.alloc(0)

const same = <Item>(item: Item) => item

// Two processes that insert the same events do not deadlock.
const byPrimaryKey = (one: EventRow, other: EventRow) => one.sid.compare(other.sid) || one.id.compare(other.id)

const numberedAlone = (event: EventRow) => numbered([event])

/** An event that fills a list up: the same statement has stored it already. */
const emptied = (last: EventRow): EventRow => ({ ...last, data: EMPTY })

// The drivers of the servers return large numbers as text.
function toEventRow(row: Record<string, unknown>): EventRow {
  return {
    sid: bytesOf(row.sid),
    id: bytesOf(row.id),
    kind: row.kind as EventKind,
    userId: (row.userId ?? null) as string | null,
    at: Number(row.at),
    keyId: numberOrNull(row.keyId),
    data: bytesOf(row.data),
  }
}

const bytesOf = (bytes: unknown) => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes as Uint8Array))
