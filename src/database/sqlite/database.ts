import { sql } from 'drizzle-orm'
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'
import type { RowChange, SessionDatabase } from '../contract/session-database.ts'
import { toKeyCount } from '../sql/driver-rows.ts'
import { isEventOfUser } from '../sql/event-statements.ts'
import { sessionListing } from '../sql/listing.ts'
import { missingTable } from '../sql/missing-table.ts'
import { sessionEvents } from '../sql/session-events.ts'
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
import type { SqliteClient, SqliteRow } from './client.ts'
import { migrateSqlite, sqliteMigrations } from './migrate.ts'
import { touchLeavingIndexes, updateLeavingIndexes } from './statements.ts'
import { sqliteTrimming, trimEvents } from './trimming.ts'

/**
 * Sessions in SQLite.
 *
 * @param client - the driver
 * @param table - the Drizzle table
 * @param name - its name without quotes, for messages and migrations
 */
export function sqliteDatabase(client: SqliteClient, table: SessionsTable, name: string): SessionDatabase {
  const compile = compiler(new SQLiteSyncDialect())
  const shared = sessionStatements(compile, table)
  const insert = compile(sql`${insertRow(table)} on conflict do nothing`)
  const updateInPlace = compile(updateLeavingIndexes(table))
  const touchInPlace = compile(touchLeavingIndexes(table))
  const others = byLimit((limit) => compile(sealedByOthers(table, limit)))
  const rows = async (statement: Statement, values: object) => client.rows(statement, valuesFor(statement, values))
  const change = async (statement: Statement, values: object) => client.change(statement, valuesFor(statement, values))
  const changedOne = async (statement: Statement, values: object) => (await change(statement, values)) === 1
  const updateAll = async (changes: readonly RowChange[]) =>
    (await client.changeEach(changes, shared.update, updateInPlace)).map(isOne)
  const toRow = (row: SqliteRow) => client.toRow(row)

  const execution = {
    rows: (statement: Statement) => rows(statement, {}),
    count: change,
    check: (statement: Statement, itsTable: string) => check(client, statement, itsTable),
    isMissingTable,
  }

  return {
    dialect: 'sqlite',
    table: name,
    keys: sessionKeys(compile, table, name, execution, (insert) => sql`${insert} on conflict do nothing`),
    async read(sids) {
      const found = await client.rowOfEach(
        shared.readOne,
        sids.map((sid) => [sid]),
      )
      return found.filter((row) => row !== undefined).map(toRow)
    },
    insert: (row) => changedOne(insert, row),
    insertMany: async (rows) => (await client.changeEach(rows, insert)).map(isOne),
    update: async (change) => (await updateAll([change]))[0]!,
    updateMany: updateAll,
    touch: async (touches) => void (await client.changeEach(touches, shared.touchOne, touchInPlace)),
    end: (sid, end) => changedOne(shared.end, { ...end, sid, data: EMPTY }),
    replace: (replacement) => changedOne(shared.replace, replacement),
    endUser: (userId, end) => change(shared.endUser, { ...end, userId, data: EMPTY }),
    countByKey: async () => (await rows(shared.countByKey, {})).map(toKeyCount),
    sealedByOthers: async (keyId, after, limit) => (await rows(others(limit), { keyId, after })).map(toRow),
    reseal: (reseal) => changedOne(shared.reseal, reseal),
    resealMany: async (reseals) => (await client.changeEach(reseals, shared.reseal)).map(isOne),
    ...sqliteTrimming(client, compile, table, name),
    listing: sessionListing(table, { compile, ofUser: isUser(table), rows, change }),
    history: sessionEvents(table, name, {
      compile,
      ofUser: isEventOfUser,
      keepStored: sql`on conflict do nothing`,
      rows,
      change,
      changeEach: async (statement, values) => client.changeEach(values, statement),
      trim: trimEvents(client, compile, table),
      check: execution.check,
    }),
    // By the number of the row: SQLite takes text where bytes belong, and rows that were copied here may have some.
    unsealed: unsealedRows(table, {
      compile,
      place: sql`rowid`,
      first: 0,
      rows,
      toRow: (row) => toRow({ ...row, sid: bytesOf(row.sid), data: bytesOf(row.data) }),
      change,
      isDuplicate: (error) => /UNIQUE constraint failed/.test((error as Error).message),
    }),
    probe: async () => {
      client.checkFile?.()
      await change(shared.probe, NOBODY)
    },
    remove: async (sid) => void (await change(shared.remove, { sid })),
    check: () => check(client, shared.check, name),
    migrate: () => migrateSqlite(client, name),
    migrations: () => sqliteMigrations(client, name),
    close: async () => client.close(),
  }
}

const EMPTY = Buffer.alloc(0)

const isOne = (count: number) => count === 1

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof ArrayBuffer) return Buffer.from(value)
  return value instanceof Uint8Array ? value : Buffer.from(String(value ?? ''))
}

const isMissingTable = (error: unknown) => (error as Error).message.includes('no such table')

async function check(client: SqliteClient, statement: Statement, name: string): Promise<void> {
  try {
    await client.rows(statement, [])
  } catch (error) {
    const { message } = error as Error
    if (isMissingTable(error)) throw missingTable(name, 'is missing')
    if (message.includes('no such column')) throw missingTable(name, 'lacks a column that this release needs')
    throw error
  }
}
