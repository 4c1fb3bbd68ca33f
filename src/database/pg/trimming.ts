import { type SQL, sql } from 'drizzle-orm'
import type { SessionDatabase, SessionEventRows, TrimBatch } from '../contract/session-database.ts'
import { dueCounter } from '../sql/count-due.ts'
import { eventColumns, eventsIdentifier } from '../sql/event-statements.ts'
import { type Compile, columnNames, type SessionsTable, type Statement, value, valuesFor } from '../sql/statements.ts'
import type { PgClient, PgQuery, PgResult } from './client.ts'
import { byteas } from './statements.ts'

/** Trimming in PostgreSQL, under an advisory lock that ends with its transaction and so suits any pooler. */
export function pgTrimming(
  client: PgClient,
  compile: Compile,
  table: SessionsTable,
): Required<Pick<SessionDatabase, 'trim' | 'trimAlone' | 'countDue'>> {
  const trim = compile(trimRows(table, sql``))
  const lock = lockOf(compile, table)
  const trimAtOnce = compile(trimUnderLock(table, lock))
  const run = (statement: Statement, values: object) => client.query(statement.text, valuesFor(statement, values))
  const locking: TrimBatch = async (before, limit) => {
    const { rows } = await run(trimAtOnce, { before, limit })
    return rows[0]?.locked ? Number(rows[0].trimmed) : undefined
  }
  return {
    trim: byKeys(compile, table, run),
    countDue: dueCounter(compile, table, run),
    // A connection that requests need must not be kept between batches: then others may trim in between.
    trimAlone: (work) => (client.isSingle ? work(locking) : keepingLock(client, lock, trim, work)),
  }
}

/** Deletes the oldest events of a sessions table: finds their keys by the index, and then deletes them by their keys. */
export function trimEvents(client: PgClient, compile: Compile, table: SessionsTable): SessionEventRows['trim'] {
  const events = eventsIdentifier(table)
  const { sid, id, at } = eventColumns
  const find = compile(sql`select ${sid} as sid, ${id} as id from ${events} where ${at} < ${value('before')}
    order by ${at} limit ${value('limit')}`)
  // The sessions lead to the index, and to the partition. With a list of ids too, the index would try every pair.
  const remove = compile(sql`delete from ${events} where ${sid} = any(${value('sids')}::text::bytea[])
    and ${sid} || ${id} = any(${value('keys')}::text::bytea[])`)
  const run = (statement: Statement, values: object) => client.query(statement.text, valuesFor(statement, values), true)
  return async (before, limit) => {
    const { rows } = await run(find, { before, limit })
    if (rows.length === 0) return 0
    const keys = rows.map((row) => [row.sid, row.id].map((bytes) => Buffer.from(bytes as Uint8Array)))
    const sids = byteas(keys.map(([one]) => one!))
    return (await run(remove, { sids, keys: byteas(keys.map((key) => Buffer.concat(key))) })).count
  }
}

/**
 * Finds the keys and then deletes them, for databases that spread rows over nodes: those take no statement that limits,
 * locks and deletes at once, and send one that names its keys where these are. Whoever saves waits for neither.
 */
function byKeys(
  compile: Compile,
  table: SessionsTable,
  run: (statement: Statement, values: object) => Promise<PgResult>,
): SessionDatabase['trim'] {
  const { sid, trimAt } = columnNames(table)
  const find = compile(sql`select ${sid} as sid from ${table} where ${trimAt} <= ${value('before')}
    order by ${trimAt} limit ${value('limit')}`)
  // The condition stands here once more, so that a row that was touched meanwhile is left alone.
  const remove = compile(sql`delete from ${table} where ${sid} = any(${value('sids')}::text::bytea[])
    and ${trimAt} <= ${value('before')}`)
  return async (before, limit) => {
    const { rows } = await run(find, { before, limit })
    if (rows.length === 0) return 0
    const sids = byteas(rows.map((row) => Buffer.from(row.sid as Uint8Array)))
    return (await run(remove, { sids, before })).count
  }
}

/**
 * Holds the lock from before the first batch until after the last. Every batch is a transaction, in which the pause
 * before it passes too; it holds neither rows nor a snapshot meanwhile. Between two of them the lock is free for no
 * longer than the server takes to continue with the next statement.
 */
async function keepingLock<Result>(
  client: PgClient,
  lock: string,
  trim: Statement,
  work: (trim: TrimBatch) => Promise<Result>,
): Promise<Result | undefined> {
  const outcome: { result?: Result } = {}
  try {
    await client.transaction(async (query) => {
      await query('set transaction isolation level read committed')
      if (await isTaken(query, lock)) outcome.result = await work(batchesUnder(query, lock, trim))
    })
  } catch (error) {
    // Of a batch that failed and was repeated a driver may tell once more in the end.
    if (!('result' in outcome)) throw error
  }
  return outcome.result
}

/** Deletes batches on a connection that has the lock to begin with. */
function batchesUnder(query: PgQuery, lock: string, trim: Statement): TrimBatch {
  let lockState: 'taken' | 'lost' | 'failed' = 'taken'
  return async (before, limit) => {
    if (lockState === 'failed') await query(`rollback; ${BEGIN}`)
    if (lockState !== 'taken' && !(await isTaken(query, lock))) return undefined
    lockState = 'failed'
    const { count } = await query(trim.text, valuesFor(trim, { before, limit }))
    lockState = (await isTaken(query, lock, `commit; ${BEGIN};`)) ? 'taken' : 'lost'
    return count
  }
}

const BEGIN = 'begin isolation level read committed'

async function isTaken(query: PgQuery, lock: string, first = ''): Promise<boolean> {
  const { rows } = await query(`${first} select ${lock} as locked`)
  return Boolean(rows[0]?.locked)
}

/** Takes the lock of a table if it is free. The number of the table makes it one of this database and schema. */
function lockOf(compile: Compile, table: SessionsTable): string {
  const name = compile(sql`${table}`).text.replaceAll("'", "''")
  return `pg_try_advisory_xact_lock(hashtextextended('stored-session trim ' || '${name}'::regclass::oid, 0))`
}

function trimRows(table: SessionsTable, condition: SQL): SQL {
  const { sid, trimAt } = columnNames(table)
  // The condition stands twice, so that a row that was touched between the two is left alone.
  return sql`delete from ${table} where ${trimAt} <= ${value('before')} and ${sid} = any(array(
    select ${sid} from ${table} where ${trimAt} <= ${value('before')} ${condition} order by ${trimAt}
    limit ${value('limit')} for update skip locked))`
}

/** Lock and batch in one statement, which needs no transaction around it. */
function trimUnderLock(table: SessionsTable, lock: string): SQL {
  return sql`with attempt as materialized (select ${sql.raw(lock)} as locked),
    gone as (${trimRows(table, sql`and (select locked from attempt)`)} returning 1)
    select (select locked from attempt) as locked, (select count(*) from gone) as trimmed`
}
