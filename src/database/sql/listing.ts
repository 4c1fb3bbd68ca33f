import { type SQL, sql } from 'drizzle-orm'
import type { ListedRow, RowFilter, RowState, SessionListing } from '../contract/session-database.ts'
import { bufferOrNull, numberOrNull } from './driver-rows.ts'
import type { Compile, SessionsTable, Statement } from './statements.ts'
import { columnNames, endRows, isUnended, value } from './statements.ts'

/** The parts of a listing that depend on the dialect and its driver. */
interface ListingDriver {
  readonly compile: Compile
  /** Whether a row has exactly the user of the parameter `userId`. */
  readonly ofUser: SQL
  /** Runs a query. Each call builds its own statement and few are alike, so caches must use the text as their key. */
  rows(statement: Statement, values: object): Promise<Record<string, unknown>[]>
  /** Runs an update, and returns how many rows it changed. */
  change(statement: Statement, values: object): Promise<number>
}

/**
 * The possible numbers of rows in a statement. There are few sizes, because each text is prepared separately on every
 * connection, and servers limit the number of prepared statements.
 */
const SIZES = [1, 16, 64, 256, 1_024]

/** The number of rows that the statement for a page of this size reads. */
export const pageSize = (limit: number) => SIZES.find((size) => size >= limit) ?? limit

/** Lists the rows of a table without their content, and ends many. */
export function sessionListing(table: SessionsTable, driver: ListingDriver): SessionListing {
  const { sid, createdAt } = columnNames(table)
  const where = (filter: RowFilter, ...more: SQL[]) =>
    whereAll([...conditionsOf(table, driver.ofUser, filter), ...more])
  const rows = (query: SQL, values: object) => driver.rows(driver.compile(query), values)
  const nth = async (column: SQL, after: SQL, position: number, values: object) => {
    const query = sql`select ${column} as ${sql.identifier('found')} from ${table}${after} order by ${column}
      limit 1 offset ${sql.raw(String(Math.trunc(position - 1)))}`
    return (await rows(query, values))[0]?.found
  }

  return {
    async list(filter, behind, limit) {
      const place = behind ? [isBehind(table)] : []
      const query = sql`${selectListed(table)}${where(filter, ...place)} order by ${createdAt} desc, ${sid} desc
        limit ${sql.raw(String(Math.trunc(pageSize(limit))))}`
      const found = await rows(query, { ...valuesOf(filter), behindAt: behind?.createdAt, behindSid: behind?.sid })
      return found.slice(0, limit).map(toListedRow)
    },
    async count(filter) {
      const query = sql`select count(*) as ${sql.identifier('rowCount')} from ${table}${where(filter)}`
      return Number((await rows(query, valuesOf(filter)))[0]?.rowCount)
    },
    async tally(moment, upTo) {
      const query = sql`${selectTally(table)}${upTo ? sql` where ${sid} <= ${value('upTo')}` : sql``}`
      return toTally((await rows(query, { ...moment, upTo }))[0] ?? {})
    },
    async nthKey(position) {
      const found = await nth(sid, sql``, position, {})
      return found === undefined ? undefined : bytesOf(found)
    },
    async nthCreation(after, position) {
      const found = await nth(createdAt, sql` where ${createdAt} > ${value('after')}`, position, { after })
      return found === undefined ? undefined : Number(found)
    },
    endAll: (filter, end) =>
      driver.change(driver.compile(sql`${endRows(table)}${where({ ...filter, isUnended: true })}`), {
        ...valuesOf(filter),
        ...end,
        data: EMPTY,
      }),
  }
}

const EMPTY = Buffer.alloc(0)

function whereAll(conditions: SQL[]): SQL {
  return conditions.length === 0 ? sql`` : sql` where ${sql.join(conditions, sql` and `)}`
}

function conditionsOf(table: SessionsTable, ofUser: SQL, filter: RowFilter): SQL[] {
  const { sid, createdAt, touchedAt } = columnNames(table)
  const wanted: [unknown, SQL][] = [
    [filter.userId, ofUser],
    [filter.sid, sql`${sid} = ${value('sid')}`],
    [filter.exceptSid, sql`${sid} <> ${value('exceptSid')}`],
    [filter.createdFrom, sql`${createdAt} >= ${value('createdFrom')}`],
    [filter.createdBefore, sql`${createdAt} < ${value('createdBefore')}`],
    [filter.touchedFrom, sql`${touchedAt} >= ${value('touchedFrom')}`],
    [filter.touchedBefore, sql`${touchedAt} < ${value('touchedBefore')}`],
    [filter.isUnended, isUnended(table)],
  ]
  const given = wanted.filter(([wish]) => wish !== undefined).map(([, condition]) => condition)
  return filter.state ? [...given, stateIs(table, filter.state.is)] : given
}

const valuesOf = ({ state, ...filter }: RowFilter): object => ({ ...filter, ...state })

// The same state that a read would give, as far as plaintext columns show it.
function stateIs(table: SessionsTable, state: RowState): SQL {
  const { createdAt, expiresAt, endedAt } = columnNames(table)
  if (state === 'ended') return sql`${endedAt} is not null`
  if (state === 'live') {
    return sql`${endedAt} is null and ${expiresAt} > ${value('now')} and ${createdAt} > ${value('tooOld')}`
  }
  return sql`${endedAt} is null and (${expiresAt} <= ${value('now')} or ${createdAt} <= ${value('tooOld')})`
}

// Not a comparison of pairs, for which MySQL uses no index.
function isBehind(table: SessionsTable): SQL {
  const { sid, createdAt } = columnNames(table)
  const [at, key] = [value('behindAt'), value('behindSid')]
  return sql`${createdAt} <= ${at} and (${createdAt} < ${at} or ${sid} < ${key})`
}

const LISTED = ['sid', 'userId', 'createdAt', 'touchedAt', 'expiresAt', 'endedAt', 'endReason', 'metadata'] as const

const countIf = (condition: SQL) => sql`case when ${condition} then 1 else 0 end`

function selectListed(table: SessionsTable): SQL {
  const names = columnNames(table)
  const columns = LISTED.map((key) => sql`${names[key]} as ${sql.identifier(key)}`)
  const bytes = sql`length(${names.data}) as ${sql.identifier('bytes')}`
  const isBound = sql`${countIf(sql`${names.binding} is not null`)} as ${sql.identifier('isBound')}`
  return sql`select ${sql.join([...columns, bytes, isBound], sql`, `)} from ${table}`
}

function selectTally(table: SessionsTable): SQL {
  const { data, binding } = columnNames(table)
  const counts = (['live', 'ended', 'expired'] as const).map(
    (state) => sql`sum(${countIf(stateIs(table, state))}) as ${sql.identifier(state)}`,
  )
  const isBound = sql`${stateIs(table, 'live')} and ${binding} is not null`
  counts.push(sql`sum(${countIf(isBound)}) as ${sql.identifier('bound')}`)
  return sql`select count(*) as ${sql.identifier('rowCount')}, ${sql.join(counts, sql`, `)},
    sum(length(${data})) as ${sql.identifier('bytes')} from ${table}`
}

// The drivers of the servers return large numbers as text, and sums over no rows are null.
function toTally({ rowCount, live, ended, expired, bound, bytes }: Record<string, unknown>) {
  return {
    rows: Number(rowCount),
    live: Number(live),
    ended: Number(ended),
    expired: Number(expired),
    bound: Number(bound),
    bytes: Number(bytes),
  }
}

function toListedRow(row: Record<string, unknown>): ListedRow {
  return {
    sid: bytesOf(row.sid),
    userId: (row.userId ?? null) as string | null,
    createdAt: Number(row.createdAt),
    touchedAt: Number(row.touchedAt),
    expiresAt: Number(row.expiresAt),
    endedAt: numberOrNull(row.endedAt),
    endReason: (row.endReason ?? null) as ListedRow['endReason'],
    metadata: bufferOrNull(row.metadata as Uint8Array | null),
    bytes: Number(row.bytes),
    isBound: Number(row.isBound) === 1,
  }
}

const bytesOf = (bytes: unknown) => Buffer.from(bytes as Uint8Array)
