import { sql } from 'drizzle-orm'
import type { SessionDatabase, SessionEventRows, TrimBatch } from '../contract/session-database.ts'
import { dueCounter } from '../sql/count-due.ts'
import { eventColumns, eventsIdentifier, whole } from '../sql/event-statements.ts'
import { type Compile, columnNames, type SessionsTable, valuesFor } from '../sql/statements.ts'
import { LOCKS_OF_ONE_NODE } from '../sql/unsupported.ts'
import type { MysqlClient, MysqlResult } from './client.ts'

type Query = (text: string) => Promise<MysqlResult>

/** Trimming in MySQL and MariaDB, under a named lock of the server, which ends with its connection at the latest. */
export function mysqlTrimming(
  client: MysqlClient,
  compile: Compile,
  table: SessionsTable,
  name: string,
): Required<Pick<SessionDatabase, 'trim' | 'trimAlone' | 'countDue'>> {
  const deleteBatch = batchDeleter(compile, table)
  const locked = <Result>(work: (query: Query) => Promise<Result>) => underLock(client, lockOf(name), work)
  return {
    trim: async (before, limit) => (await connected(client, (query) => deleteBatch(query, before, limit)))!,
    countDue: dueCounter(compile, table, (statement, values) =>
      client.execute(statement.text, valuesFor(statement, values)),
    ),
    trimAlone: (work) =>
      client.isSingle
        ? // A connection that requests need must not be kept between batches: then others may trim in between.
          work((before, limit) => locked((query) => deleteBatch(query, before, limit)))
        : locked((query) => work((before, limit) => deleteBatch(query, before, limit))),
  }
}

type DeleteBatch = (query: Query, ...batch: Parameters<TrimBatch>) => Promise<number>

/**
 * Finds the keys by the index, which locks nothing, and then deletes them by their keys. One statement with a range
 * would lock the gap behind the range too (InnoDB's next-key locks), and new sessions would wait for it.
 */
function batchDeleter(compile: Compile, table: SessionsTable): DeleteBatch {
  const { sid, trimAt } = columnNames(table)
  const text = (statement: ReturnType<typeof sql>) => compile(statement).text
  return async (query, before, limit) => {
    const due = sql.raw(`<= ${Math.trunc(before)}`)
    const { rows } = await query(
      text(sql`select hex(${sid}) as sid from ${table} where ${trimAt} ${due}
        order by ${trimAt} limit ${sql.raw(String(Math.trunc(limit)))}`),
    )
    if (rows.length === 0) return 0
    const keys = sql.raw(rows.map((row) => `0x${row.sid}`).join())
    // The condition stands here once more, so that a row that was touched meanwhile is left alone.
    const { count } = await query(
      text(sql`delete t from ${table} as t force index (primary) where t.${sid} in (${keys}) and t.${trimAt} ${due}`),
    )
    return count
  }
}

/** Keys that one statement names: for a longer list the optimizer gives up the index, and locks the whole table. */
const MOST_KEYS = 500

/**
 * Deletes the oldest events of a sessions table, found and deleted like the rows of sessions. Nothing is prepared, because
 * the limit changes with the pace.
 */
export function trimEvents(client: MysqlClient, compile: Compile, table: SessionsTable): SessionEventRows['trim'] {
  const events = eventsIdentifier(table)
  const { sid, id, at } = eventColumns
  const run = (statement: ReturnType<typeof sql>) => client.execute(compile(statement).text, undefined, true)
  return async (before, limit) => {
    const { rows } =
      await run(sql`select hex(${sid}) as sid, hex(${id}) as id from ${events} where ${at} < ${whole(before)}
      order by ${at} limit ${whole(limit)}`)
    let deleted = 0
    for (let start = 0; start < rows.length; start += MOST_KEYS) {
      // Each key by itself, because MariaDB uses no index for a list of pairs.
      const keys = rows.slice(start, start + MOST_KEYS).map((row) => {
        const [sidHex, idHex] = [row.sid, row.id].map((hex) => sql.raw(`0x${hex}`))
        return sql`t.${sid} = ${sidHex} and t.${id} = ${idHex}`
      })
      const { count } = await run(
        sql`delete t from ${events} as t force index (primary) where ${sql.join(keys, sql` or `)}`,
      )
      deleted += count
    }
    return deleted
  }
}

async function underLock<Result>(
  client: MysqlClient,
  lock: string,
  work: (query: Query) => Promise<Result>,
): Promise<Result | undefined> {
  return connected(client, async (query) => {
    await refuseCluster(query)
    const { rows } = await query(`select get_lock(${lock}, 0) as locked`)
    if (Number(rows[0]?.locked) !== 1) return undefined
    try {
      return await work(query)
    } finally {
      // Fails only with the connection, and then the server lets go of the lock by itself.
      await query(`select release_lock(${lock})`).catch(() => {})
    }
  })
}

/** Of several members of a cluster each has named locks of its own. */
async function refuseCluster(query: Query): Promise<void> {
  const { rows } = await query("show variables where variable_name in ('wsrep_on', 'group_replication_group_name')")
  if (rows.every(({ Value }) => Value === 'OFF' || Value === '')) return
  throw Object.assign(new Error('named locks are of one node, and this one belongs to a cluster'), {
    code: LOCKS_OF_ONE_NODE,
  })
}

/** The lock's name is one for all databases of the server, and has 64 characters at most. */
function lockOf(table: string): string {
  const name = `0x${Buffer.from(table).toString('hex')}`
  return `concat('stored-session trim ', left(sha2(concat_ws('.', database(), ${name}), 256), 32))`
}

async function connected<Result>(
  client: MysqlClient,
  work: (query: Query) => Promise<Result>,
): Promise<Result | undefined> {
  let result: Result | undefined
  await client.withConnection(async (query) => {
    result = await work(query)
  })
  return result
}
