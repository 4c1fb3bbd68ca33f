import { type SQL, sql } from 'drizzle-orm'
import { MySqlDialect } from 'drizzle-orm/mysql-core'
import type { NewRow, RowReseal, SessionDatabase } from '../contract/session-database.ts'
import { batches, inKeyOrder, toKeyCount, toRow } from '../sql/driver-rows.ts'
import { sessionListing } from '../sql/listing.ts'
import { missingTable } from '../sql/missing-table.ts'
import { sessionKeys } from '../sql/session-keys.ts'
import { changeValues, noChange } from '../sql/shared-update.ts'
import { bySize, chunks, exactChunks, LARGEST, padded } from '../sql/sizes.ts'
import {
  byLimit,
  columnNames,
  compiler,
  endRows,
  insertRow,
  isUnended,
  isUser,
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
import type { MysqlClient, MysqlResult } from './client.ts'
import { migrateMysql, mysqlMigrations } from './migrate.ts'
import { insertManyRows, numbered, readRows, resealManyRows, touchRows, updateManyRows } from './statements.ts'
import { mysqlTrimming } from './trimming.ts'
import { refuseStaleReads, staleReads } from './waits.ts'

const DUPLICATE_ENTRY = 1062
const UNDEFINED_TABLE = 1146
const UNDEFINED_COLUMN = 1054

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

  const keys = sessionKeys(compile, table, name, {
    rows: async (statement) => (await run(statement, {})).rows,
    count: async (statement, values) => (await run(statement, values)).count,
    check: (statement, keysTable) => check(run, statement, keysTable),
  })

  // All or none, because an UPDATE says how many rows it changed, but not which.
  const changeTogether = async (
    changes: readonly RowReseal[],
    one: Statement,
    { text }: Statement,
    values: unknown[],
  ) => {
    const areAll = await client.executeIf?.(text, values, ({ count }) => count === changes.length)
    if (areAll) return changes.map(() => true)
    return Promise.all(changes.map(async (change) => changedOne(await run(one, change))))
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
      return changeTogether(changes, shared.update, updates.get(rows.length)!, changeValues(rows))
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
      const outcomes: boolean[] = []
      for (let start = 0; start < list.length; start += LARGEST) {
        const part = list.slice(start, start + LARGEST)
        const rows = padded(inKeyOrder(part), noChange)
        const many = reseals.get(rows.length)!
        outcomes.push(...(await changeTogether(part, shared.reseal, many, valuesFor(many, numbered(rows)))))
      }
      return outcomes
    },
    ...mysqlTrimming(client, compile, table, name),
    listing: sessionListing(table, {
      compile,
      ofUser: isExactUser(table),
      rows: async (statement, values) => (await runBulk(statement, values)).rows,
      change: async (statement, values) => (await runBulk(statement, values)).count,
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
      await check(run, shared.check, name)
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

/** In the collations that MySQL and MariaDB share, `ada` equals `ada` with a space behind. */
export function isExactUser(table: SessionsTable): SQL {
  return sql`${isUser(table)} and char_length(${columnNames(table).userId}) = char_length(${value('userId')})`
}

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

async function check(
  run: (statement: Statement, values: object) => Promise<unknown>,
  statement: Statement,
  name: string,
): Promise<void> {
  try {
    await run(statement, {})
  } catch (error) {
    const { errno } = error as { errno?: number }
    if (errno === UNDEFINED_TABLE) throw missingTable(name, 'is missing')
    if (errno === UNDEFINED_COLUMN) throw missingTable(name, 'lacks a column that this release needs')
    throw error
  }
}
