import { type SQL, sql } from 'drizzle-orm'
import { MySqlDialect } from 'drizzle-orm/mysql-core'
import type { NewRow, RowReseal, SessionDatabase } from '../contract/session-database.ts'
import { batches, inKeyOrder, toKeyCount, toRow } from '../sql/driver-rows.ts'
import { eventColumns } from '../sql/event-statements.ts'
import { sessionListing } from '../sql/listing.ts'
import { sessionEvents } from '../sql/session-events.ts'
import { sessionKeys } from '../sql/session-keys.ts'
import { changeValues, noChange } from '../sql/shared-update.ts'
import { bySize, chunks, exactChunks, LARGEST, numbered, padded } from '../sql/sizes.ts'
import {
  byLimit,
  columnNames,
  compiler,
  endRows,
  insertRow,
  isUnended,
  NOBODY,
  type SessionsTable,
  type Statement,
  sealedByOthers,
  sessionStatements,
  value,
  valuesFor,
} from '../sql/statements.ts'
import { unsealedRows } from '../sql/unsealed-rows.ts'
import { checkMysqlSettings } from './check-settings.ts'
import { checkTable, isMissingTable } from './check-table.ts'
import type { MysqlClient, MysqlResult } from './client.ts'
import { migrateMysql, mysqlMigrations } from './migrate.ts'
import { insertManyRows, readRows, resealManyRows, touchRows, updateManyRows } from './statements.ts'
import { mysqlTrimming, trimEvents } from './trimming.ts'
import { refuseStaleReads, staleReads } from './waits.ts'

const DUPLICATE_ENTRY = 1062

/**
 * Sessions in MySQL or MariaDB: only SQL that both understand.
 *
 * @param client - the driver
 * @param table - the Drizzle table
 * @param name - its name without quotes, for messages and migrations
 */
export function mysqlDatabase(client: MysqlClient, table: SessionsTable, name: string): SessionDatabase {
  const compile = compiler(new MySqlDialect())
  const shared = sessionStatements(compile, table)
  const insert = compile(insertRow(table))
  const endUser = compile(sql`${endRows(table)} where ${isExactUser(table)} and ${isUnended(table)}`)
  const reads = bySize((size) => compile(readRows(table, size)))
  const inserts = bySize((size) => compile(insertManyRows(table, size)))
  const updates = bySize((size) => compile(updateManyRows(table, size)))
  const reseals = bySize((size) => compile(resealManyRows(table, size)))
  const touches = bySize((size) => compile(touchRows(table, size)))
  const others = byLimit((limit) => compile(sealedByOthers(table, limit)))
  const run = (statement: Statement, values: object) => client.execute(statement.text, valuesFor(statement, values))
  const runBulk = (statement: Statement, values: object) =>
    client.execute(statement.text, valuesFor(statement, values), true)

  const execution = {
    rows: async (statement: Statement) => (await run(statement, {})).rows,
    count: async (statement: Statement, values: object) => (await run(statement, values)).count,
    check: (statement: Statement, itsTable: string) => checkTable(run, statement, itsTable),
    isMissingTable,
  }
  const keys = sessionKeys(compile, table, name, execution)

  // All or none, because an UPDATE says how many rows it changed, but not which.
  const changeTogether = async (changes: readonly RowReseal[], { text }: Statement, values: unknown[]) => {
    const areAll = await client.executeIf?.(text, values, ({ count }) => count === changes.length)
    return areAll ? changes.map(() => true) : undefined
  }

  const insertOne = (row: NewRow) => ignoringDuplicates(run(insert, row))
  const insertTogether = async (rows: readonly NewRow[]) => {
    const areNew = await ignoringDuplicates(runBulk(inserts.get(rows.length)!, numbered(rows)))
    return areNew ? rows.map(() => true) : Promise.all(rows.map(insertOne))
  }

  return {
    dialect: 'mysql',
    table: name,
    keys: { ...keys, insert: (key) => ignoringDuplicates(keys.insert(key)) },
    async read(sids) {
      // Its parameters are the keys, in their order.
      const results = []
      for (const part of chunks(sids, same)) results.push(client.execute(reads.get(part.length)!.text, part))
      return (await Promise.all(results)).flatMap(({ rows }) => rows.map(toRow))
    },
    insert: insertOne,
    async insertMany(rows) {
      const inserted: boolean[] = []
      for (const part of batches(rows, LARGEST).flatMap(exactChunks)) inserted.push(...(await insertTogether(part)))
      return inserted
    },
    update: async (change) => changedOne(await run(shared.update, change)),
    async updateMany(changes) {
      const [change] = changes
      const { text } = shared.update
      if (changes.length === 1) return [changedOne(await client.execute(text, valuesFor(shared.update, change!)))]
      const rows = padded(inKeyOrder(changes), noChange)
      return changeTogether(changes, updates.get(rows.length)!, changeValues(rows))
    },
    async touch(list) {
      for (const part of chunks(inKeyOrder(list), same)) await run(touches.get(part.length)!, numbered(part))
    },
    end: async (sid, end) => changedOne(await run(shared.end, { ...end, sid, data: EMPTY })),
    replace: async (replacement) => changedOne(await run(shared.replace, replacement)),
    endUser: async (userId, end) => (await run(endUser, { ...end, userId, data: EMPTY })).count,
    countByKey: async () => (await runBulk(shared.countByKey, {})).rows.map(toKeyCount),
    sealedByOthers: async (keyId, after, limit) => (await runBulk(others(limit), { keyId, after })).rows.map(toRow),
    reseal: async (one) => changedOne(await run(shared.reseal, one)),
    async resealMany(list) {
      if (list.length === 1) return [changedOne(await run(shared.reseal, list[0]!))]
      const rows = padded(inKeyOrder(list), noChange)
      const many = reseals.get(rows.length)!
      return changeTogether(list, many, valuesFor(many, numbered(rows)))
    },
    ...mysqlTrimming(client, compile, table, name),
    listing: sessionListing(table, {
      compile,
      ofUser: isExactUser(table),
      rows: async (statement, values) => (await runBulk(statement, values)).rows,
      change: async (statement, values) => (await runBulk(statement, values)).count,
    }),
    history: sessionEvents(table, name, {
      compile,
      ofUser: isExactly(eventColumns.userId),
      keepStored: sql`on duplicate key update ${eventColumns.sid} = ${eventColumns.sid}`,
      rows: async (statement, values) => (await runBulk(statement, values)).rows,
      change: execution.count,
      trim: trimEvents(client, compile, table),
      check: execution.check,
    }),
    unsealed: unsealedRows(table, {
      compile,
      place: columnNames(table).sid,
      first: EMPTY,
      rows: async (statement, values) => (await runBulk(statement, values)).rows,
      toRow,
      change: async (statement, values) => (await run(statement, values)).count,
      isDuplicate,
    }),
    probe: async () => void (await run(shared.probe, NOBODY)),
    remove: async (sid) => void (await run(shared.remove, { sid })),
    checkSettings: async (needs) => [
      ...(await checkMysqlSettings(client, needs)),
      ...(client.isHanded ? [] : await staleReads(client)),
    ],
    async check() {
      await checkTable(run, shared.check, name)
      if (client.isHanded) await refuseStaleReads(client)
    },
    migrate: () => migrateMysql(client, name),
    migrations: () => mysqlMigrations(client, name),
    close: () => client.close(),
  }
}

const EMPTY = Buffer.alloc(0)

const changedOne = ({ count }: MysqlResult) => count === 1

const same = <Item>(item: Item) => item

export const isExactUser = (table: SessionsTable): SQL => isExactly(columnNames(table).userId)

/** In the collations that MySQL and MariaDB share, `ada` equals `ada` with a space behind. */
export const isExactly = (userId: SQL): SQL =>
  sql`${userId} = ${value('userId')} and char_length(${userId}) = char_length(${value('userId')})`

const isDuplicate = (error: unknown) => (error as { errno?: number }).errno === DUPLICATE_ENTRY

async function ignoringDuplicates(result: Promise<unknown>): Promise<boolean> {
  try {
    await result
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}
