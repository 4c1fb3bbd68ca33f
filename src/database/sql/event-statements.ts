import { type SQL, sql } from 'drizzle-orm'
import type { EventFilter, EventRow } from '../contract/session-database.ts'
import { sequence } from './sizes.ts'
import { type SessionsTable, value } from './statements.ts'
import { placeOfTable } from './table-place.ts'

/** The name of the table of events for a sessions table. */
export const eventsTableOf = (table: string) => `${table}_events`

/** The table of events, in the schema of the sessions table if it has one. */
export function eventsIdentifier(table: SessionsTable): SQL {
  const { schema, name } = placeOfTable(table)
  const events = sql`${sql.identifier(eventsTableOf(name))}`
  return schema === undefined ? events : sql`${sql.identifier(schema)}.${events}`
}

const EVENT_KEYS = ['sid', 'id', 'kind', 'userId', 'at', 'keyId', 'data'] as const satisfies (keyof EventRow)[]

/** The columns under the names that our migrations give them, whatever the sessions table calls its own. */
export const eventColumns = {
  sid: sql`${sql.identifier('sid')}`,
  id: sql`${sql.identifier('id')}`,
  kind: sql`${sql.identifier('kind')}`,
  userId: sql`${sql.identifier('user_id')}`,
  at: sql`${sql.identifier('at')}`,
  keyId: sql`${sql.identifier('key_id')}`,
  data: sql`${sql.identifier('data')}`,
} satisfies Record<(typeof EVENT_KEYS)[number], SQL>

const { sid, id, kind, userId, at, keyId, data } = eventColumns

/** Whether an event has the user of the parameter `userId`. */
export const isEventOfUser = sql`${userId} = ${value('userId')}`

const ROW_COUNT = sql.identifier('rowCount')

/** A limit or a number of rows; MySQL accepts no parameter as the limit, so it is in the text. */
export const whole = (number: number) => sql.raw(String(Math.trunc(number)))

/** `insert into … values (…), (…)` for so many events; their parameters end with the number of the event. */
export function insertEvents(events: SQL, size: number): SQL {
  const columns = EVENT_KEYS.map((key) => eventColumns[key])
  const rows = sequence(size).map((index) => {
    const values = EVENT_KEYS.map((key) => value(`${key}${index}`))
    return sql`(${sql.join(values, sql`, `)})`
  })
  return sql`insert into ${events} (${sql.join(columns, sql`, `)}) values ${sql.join(rows, sql`, `)}`
}

/** `select … from …`, with the columns under the names of {@link EventRow}. */
export function selectEvents(events: SQL): SQL {
  const selected = EVENT_KEYS.map((key) => sql`${eventColumns[key]} as ${sql.identifier(key)}`)
  return sql`select ${sql.join(selected, sql`, `)} from ${events}`
}

/** One page of a filter, the newest first. */
export function listEvents(events: SQL, conditions: readonly SQL[], limit: number): SQL {
  return sql`${selectEvents(events)}${whereAll(conditions)} order by ${at} desc, ${id} desc, ${sid} desc
    limit ${whole(limit)}`
}

export function countEvents(events: SQL, conditions: readonly SQL[]): SQL {
  return sql`select count(*) as ${ROW_COUNT} from ${events}${whereAll(conditions)}`
}

/** Grouped by position: for MySQL an expression with another parameter is another expression. */
export function countByPeriod(events: SQL, conditions: readonly SQL[]): SQL {
  return sql`select ${at} - ${at} % ${value('periodMs')} as ${sql.identifier('start')}, ${kind} as kind,
    count(*) as ${ROW_COUNT} from ${events}${whereAll(conditions)} group by 1, 2 order by 1, 2`
}

export function countByKey(events: SQL): SQL {
  return sql`select ${keyId} as ${sql.identifier('keyId')}, count(*) as ${ROW_COUNT} from ${events}
    where ${keyId} is not null group by ${keyId}`
}

/** The keys of the sessions of a user, by ascending key. */
export function selectSessions(events: SQL, ofUser: SQL, limit: number): SQL {
  return sql`select distinct ${sid} as sid from ${events} where ${ofUser} and ${sid} > ${value('after')}
    order by ${sid} limit ${whole(limit)}`
}

/** Erases the events of so many sessions, and counts none that was erased before. */
export function eraseEvents(events: SQL, ofUser: SQL, size: number): SQL {
  const sids = sequence(size).map((index) => value(`sid${index}`))
  return sql`update ${events} set ${userId} = null, ${keyId} = null, ${data} = ${value('data')}
    where ${sid} in (${sql.join(sids, sql`, `)}) and (${ofUser} or ${userId} is null and ${keyId} is not null)`
}

/** Events that another key sealed, after a place in the order of the primary key. */
export function selectSealedByOthers(events: SQL, limit: number): SQL {
  const [afterSid, afterId] = [value('afterSid'), value('afterId')]
  return sql`${selectEvents(events)} where ${keyId} <> ${value('keyId')} and ${sid} >= ${afterSid}
    and (${sid} > ${afterSid} or ${id} > ${afterId}) order by ${sid}, ${id} limit ${whole(limit)}`
}

export function resealEvent(events: SQL): SQL {
  return sql`update ${events} set ${data} = ${value('data')}, ${keyId} = ${value('keyId')}
    where ${sid} = ${value('sid')} and ${id} = ${value('id')} and ${keyId} is not null`
}

/** Reads no event. With the name of the table, because SQLite takes a quoted name that is no column for a text. */
export function checkEvents(events: SQL): SQL {
  const selected = EVENT_KEYS.map((key) => sql`${events}.${eventColumns[key]}`)
  return sql`select ${sql.join(selected, sql`, `)} from ${events} where 1 = 0`
}

// Not a comparison of triples, for which MySQL uses no index.
const [behindAt, behindId, behindSid] = [value('behindAt'), value('behindId'), value('behindSid')]

/** Whether an event comes after a place in the order of a list. */
export const IS_BEHIND = sql`${at} <= ${behindAt} and (${at} < ${behindAt} or ${id} < ${behindId}
  or ${id} = ${behindId} and ${sid} < ${behindSid})`

/** The conditions of a filter. */
export function conditionsOf({ kinds, ...filter }: EventFilter, ofUser: SQL): SQL[] {
  const wanted: [unknown, SQL][] = [
    [filter.userId, ofUser],
    [filter.sid, sql`${sid} = ${value('sid')}`],
    [filter.from, sql`${at} >= ${value('from')}`],
    [filter.before, sql`${at} < ${value('before')}`],
  ]
  const given = wanted.filter(([wish]) => wish !== undefined).map(([, condition]) => condition)
  return kinds ? [...given, isOfKinds(kinds.length)] : given
}

/** The parameters of {@link conditionsOf}. */
export function filterValues({ kinds = [], ...filter }: EventFilter): object {
  return { ...filter, ...Object.fromEntries(kinds.map((one, index) => [`kind${index}`, one])) }
}

function isOfKinds(count: number): SQL {
  const values = sequence(count).map((index) => value(`kind${index}`))
  return count === 0 ? sql`1 = 0` : sql`${kind} in (${sql.join(values, sql`, `)})`
}

function whereAll(conditions: readonly SQL[]): SQL {
  return conditions.length === 0 ? sql`` : sql` where ${sql.join([...conditions], sql` and `)}`
}
