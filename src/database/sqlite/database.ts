import type { Database, Statement as Prepared } from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'
import type {
  NewRow,
  RowChange,
  RowReseal,
  RowTouch,
  SessionDatabase,
  SessionRow,
} from '../contract/session-database.ts'
import { type KeyCountRow, toKeyCount } from '../sql/driver-rows.ts'
import { sessionListing } from '../sql/listing.ts'
import { missingTable } from '../sql/missing-table.ts'
import { sessionKeys } from '../sql/session-keys.ts'
import {
  byLimit,
  compiler,
  insertRow,
  isUser,
  NOBODY,
  type SessionsTable,
  type Statement,
  sealedByOthers,
  sessionStatements,
  valuesFor,
} from '../sql/statements.ts'
import { unsealedRows } from '../sql/unsealed-rows.ts'
import { migrateSqlite, sqliteMigrations } from './migrate.ts'
import { fileCheck } from './same-file.ts'
import { touchLeavingIndexes, updateLeavingIndexes } from './statements.ts'
import { sqliteTrimming } from './trimming.ts'

/**
 * Sessions in SQLite, through better-sqlite3. Its calls are synchronous: each is one short statement, or one
 * transaction over the few that came together.
 *
 * @param client - the open database
 * @param table - the Drizzle table
 * @param name - its name without quotes, for messages and migrations
 * @param close - called once, to close what was opened here
 */
export function sqliteDatabase(
  client: Database,
  table: SessionsTable,
  name: string,
  close: () => void,
): SessionDatabase {
  const compile = compiler(new SQLiteSyncDialect())
  const shared = sessionStatements(compile, table)
  const insert = compile(sql`${insertRow(table)} on conflict do nothing`)
  const updateInPlace = compile(updateLeavingIndexes(table))
  const touchInPlace = compile(touchLeavingIndexes(table))
  const prepared = new Map<Statement, Prepared>()
  const checkFile = fileCheck(client)

  // A database that was passed in may yield big integers; all of ours are exact as numbers.
  const once = (statement: Statement) => client.prepare(statement.text).safeIntegers(false)
  const prepare = (statement: Statement) => {
    const known = prepared.get(statement)
    if (known) return known
    const made = once(statement)
    prepared.set(statement, made)
    return made
  }
  const others = byLimit((limit) => compile(sealedByOthers(table, limit)))
  const find = (sid: Buffer) => prepare(shared.readOne).get([sid]) as SessionRow | undefined
  const run = (statement: Statement, values: object) => prepare(statement).run(valuesFor(statement, values)).changes
  // One transaction for many statements, and none of its own for one.
  const together = <Item, Result>(each: (item: Item) => Result, mode: 'deferred' | 'immediate') => {
    const all = client.transaction((items: readonly Item[]) => items.map(each))[mode]
    return (items: readonly Item[]) => (items.length === 1 ? items.map(each) : all(items))
  }
  const findAll = together(find, 'deferred')
  const updateOne = (change: RowChange) => run(updateInPlace, change) === 1 || run(shared.update, change) === 1
  const updateAll = together(updateOne, 'immediate')
  const insertAll = together((row: NewRow) => run(insert, row) === 1, 'immediate')
  const resealAll = together((reseal: RowReseal) => run(shared.reseal, reseal) === 1, 'immediate')
  const touchAll = together((touch: RowTouch) => run(touchInPlace, touch) || run(shared.touchOne, touch), 'immediate')

  const execution = {
    rows: async (statement: Statement) => prepare(statement).all() as Record<string, unknown>[],
    count: async (statement: Statement, values: object) => run(statement, values),
    check: async (statement: Statement, keysTable: string) => check(client, statement, keysTable),
  }

  return {
    dialect: 'sqlite',
    table: name,
    keys: sessionKeys(compile, table, name, execution, (insert) => sql`${insert} on conflict do nothing`),
    read: async (sids) => findAll(sids).filter((row) => row !== undefined),
    insert: async (row) => run(insert, row) === 1,
    insertMany: async (rows) => insertAll(rows),
    update: async (change) => updateOne(change),
    updateMany: async (changes) => updateAll(changes),
    touch: async (touches) => void touchAll(touches),
    end: async (sid, end) => run(shared.end, { ...end, sid, data: EMPTY }) === 1,
    replace: async (replacement) => run(shared.replace, replacement) === 1,
    endUser: async (userId, end) => run(shared.endUser, { ...end, userId, data: EMPTY }),
    countByKey: async () => (prepare(shared.countByKey).all() as KeyCountRow[]).map(toKeyCount),
    sealedByOthers: async (keyId, after, limit) => {
      const statement = others(limit)
      return prepare(statement).all(valuesFor(statement, { keyId, after })) as SessionRow[]
    },
    reseal: async (reseal) => run(shared.reseal, reseal) === 1,
    resealMany: async (reseals) => resealAll(reseals),
    ...sqliteTrimming(client, compile, table, name, run),
    listing: sessionListing(table, {
      compile,
      ofUser: isUser(table),
      rows: async (statement, values) => once(statement).all(valuesFor(statement, values)) as Record<string, unknown>[],
      change: async (statement, values) => once(statement).run(valuesFor(statement, values)).changes,
    }),
    // By the number of the row: SQLite takes text where bytes belong, and rows that were copied here may have some.
    unsealed: unsealedRows(table, {
      compile,
      place: sql`rowid`,
      first: 0,
      rows: async (statement, values) =>
        prepare(statement).all(valuesFor(statement, values)) as Record<string, unknown>[],
      toRow: (row) => ({ ...(row as never as SessionRow), sid: bytesOf(row.sid), data: bytesOf(row.data) }),
      change: async (statement, values) => run(statement, values),
      isDuplicate: (error) =>
        /^SQLITE_CONSTRAINT_(PRIMARYKEY|UNIQUE)$/.test(String((error as { code?: unknown }).code)),
    }),
    probe: async () => {
      checkFile()
      run(shared.probe, NOBODY)
    },
    remove: async (sid) => void run(shared.remove, { sid }),
    check: async () => check(client, shared.check, name),
    migrate: async () => migrateSqlite(client, name),
    migrations: async () => sqliteMigrations(client, name),
    close: async () => close(),
  }
}

const EMPTY = Buffer.alloc(0)

const bytesOf = (value: unknown) => (Buffer.isBuffer(value) ? value : Buffer.from(String(value ?? '')))

function check(client: Database, statement: Statement, name: string): void {
  try {
    client.prepare(statement.text)
  } catch (error) {
    const { message } = error as Error
    if (message.startsWith('no such table')) throw missingTable(name, 'is missing')
    if (message.startsWith('no such column')) throw missingTable(name, 'lacks a column that this release needs')
    throw error
  }
}
