import { sql, type Table } from 'drizzle-orm'
import { PgDialect, PgSchema, pgTable } from 'drizzle-orm/pg-core'
import { storedSessionsColumns, storedSessionsIndexes } from '../../schema/pg.ts'
import type { NewRow, SessionDatabase } from '../contract/session-database.ts'
import { batches, inKeyOrder, toKeyCount, toRow } from '../sql/driver-rows.ts'
import { isEventOfUser } from '../sql/event-statements.ts'
import { sessionListing } from '../sql/listing.ts'
import { missingTable } from '../sql/missing-table.ts'
import { sessionEvents } from '../sql/session-events.ts'
import { sessionKeys } from '../sql/session-keys.ts'
import { changeValues, noChange } from '../sql/shared-update.ts'
import { bySize, padded } from '../sql/sizes.ts'
import {
  byLimit,
  columnNames,
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
import { placeOfName, placeOfTable, textOfPlace } from '../sql/table-place.ts'
import { unsealedRows } from '../sql/unsealed-rows.ts'
import { checkPgSettings, pgSuspects } from './check-settings.ts'
import type { PgClient, PgResult } from './client.ts'
import { inSearchPath, migratePg, pgMigrations } from './migrate.ts'
import { refusingStandby } from './standby.ts'
import {
  byteas,
  insertManyRows,
  insertManyValues,
  LARGEST_INSERT,
  readManyRows,
  resealManyRows,
  resealManyValues,
  touchManyRows,
  touchManyValues,
  updateManyRows,
} from './statements.ts'
import { pgTrimming, trimEvents } from './trimming.ts'

const UNDEFINED_TABLE = new Set(['42P01', '3F000'])
const UNDEFINED_COLUMN = '42703'
const UNIQUE_VIOLATION = '23505'

/**
 * Sessions in PostgreSQL.
 *
 * @param client - the driver
 * @param table - the Drizzle table
 */
export function pgDatabase(client: PgClient, table: SessionsTable): SessionDatabase {
  const place = placeOfTable(table)
  const name = textOfPlace(place)
  const compile = compiler(new PgDialect())
  const atStart = <Result>(work: () => Promise<Result>) =>
    refusingStandby(client, () => inSearchPath(client, place, work))
  const shared = sessionStatements(compile, table)
  const insert = compile(sql`${insertRow(table)} on conflict do nothing`)
  const readMany = compile(readManyRows(table))
  const insertMany = compile(insertManyRows(table))
  const updates = bySize((size) => compile(updateManyRows(table, size)))
  const resealMany = compile(resealManyRows(table))
  const touchMany = compile(touchManyRows(table))
  const others = byLimit((limit) => compile(sealedByOthers(table, limit)))
  const run = (statement: Statement, values: object) => client.query(statement.text, valuesFor(statement, values))
  const runBulk = (statement: Statement, values: object) =>
    client.query(statement.text, valuesFor(statement, values), true)

  const execution = {
    rows: async (statement: Statement) => (await run(statement, {})).rows,
    count: async (statement: Statement, values: object) => (await run(statement, values)).count,
    check: (statement: Statement, itsTable: string) => check(run, statement, itsTable),
    isMissingTable,
  }

  const insertTogether = async (rows: readonly NewRow[]) =>
    namedOf(rows, await runBulk(insertMany, insertManyValues(inKeyOrder(rows))))

  return {
    dialect: 'pg',
    table: name,
    keys: sessionKeys(compile, table, name, execution, (insert) => sql`${insert} on conflict do nothing`),
    async read(sids) {
      const isOne = sids.length === 1
      const { text } = isOne ? shared.readOne : readMany
      return (await client.query(text, [isOne ? sids[0] : byteas(sids)])).rows.map(toRow)
    },
    insert: async (row) => changedOne(await run(insert, row)),
    async insertMany(rows) {
      const inserted: boolean[] = []
      for (const batch of batches(rows, LARGEST_INSERT)) inserted.push(...(await insertTogether(batch)))
      return inserted
    },
    update: async (change) => changedOne(await run(shared.update, change)),
    async updateMany(changes) {
      const [change] = changes
      const { text } = shared.update
      if (changes.length === 1) return [changedOne(await client.query(text, valuesFor(shared.update, change!)))]
      const rows = padded(inKeyOrder(changes), noChange)
      return namedOf(changes, await client.query(updates.get(rows.length)!.text, changeValues(rows)))
    },
    async touch(touches) {
      const [touch] = touches
      if (touch && touches.length === 1) await run(shared.touchOne, touch)
      else await run(touchMany, touchManyValues(touches))
    },
    end: async (sid, end) => changedOne(await run(shared.end, { ...end, sid, data: EMPTY })),
    replace: async (replacement) => changedOne(await run(shared.replace, replacement)),
    endUser: async (userId, end) => (await run(shared.endUser, { ...end, userId, data: EMPTY })).count,
    countByKey: async () => (await runBulk(shared.countByKey, {})).rows.map(toKeyCount),
    sealedByOthers: async (keyId, after, limit) => (await runBulk(others(limit), { keyId, after })).rows.map(toRow),
    reseal: async (one) => changedOne(await run(shared.reseal, one)),
    async resealMany(reseals) {
      if (reseals.length === 1) return [changedOne(await run(shared.reseal, reseals[0]!))]
      return namedOf(reseals, await run(resealMany, resealManyValues(inKeyOrder(reseals))))
    },
    ...pgTrimming(client, compile, table),
    listing: sessionListing(table, {
      compile,
      ofUser: isUser(table),
      rows: async (statement, values) => (await runBulk(statement, values)).rows,
      change: async (statement, values) => (await runBulk(statement, values)).count,
    }),
    history: sessionEvents(table, name, {
      compile,
      ofUser: isEventOfUser,
      keepStored: sql`on conflict do nothing`,
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
      isDuplicate: (error) => (error as { code?: unknown }).code === UNIQUE_VIOLATION,
    }),
    probe: async () => void (await run(shared.probe, NOBODY)),
    remove: async (sid) => void (await run(shared.remove, { sid })),
    checkSettings: () => checkPgSettings(client),
    suspects: () => pgSuspects(client),
    check: () => atStart(() => check(run, shared.check, name)),
    migrate: () => atStart(() => migratePg(client, place)),
    migrations: () => pgMigrations(client, place),
    close: () => client.close(),
  }
}

const EMPTY = Buffer.alloc(0)

const changedOne = ({ count }: PgResult) => count === 1

/** Of each row, whether the statement returned its key. */
function namedOf(asked: readonly { readonly sid: Buffer }[], { rows }: PgResult): boolean[] {
  const named = new Set(rows.map(({ sid }) => Buffer.from(sid as Uint8Array).toString('latin1')))
  return asked.map(({ sid }) => named.has(sid.toString('latin1')))
}

const isMissingTable = (error: unknown) => UNDEFINED_TABLE.has(String((error as { code?: unknown }).code))

async function check(
  run: (statement: Statement, values: object) => Promise<unknown>,
  statement: Statement,
  name: string,
): Promise<void> {
  try {
    await run(statement, {})
  } catch (error) {
    if (isMissingTable(error)) throw missingTable(name, 'is missing')
    if ((error as { code?: unknown }).code === UNDEFINED_COLUMN)
      throw missingTable(name, 'lacks a column that this release needs')
    throw error
  }
}

/** The table of a name, which may have a schema, or the Drizzle table as it is. */
export function pgSessionsTable(table: string | Table): SessionsTable {
  if (typeof table !== 'string') return table as SessionsTable
  const { schema, name } = placeOfName(table) ?? { name: table }
  const columns = storedSessionsColumns()
  const indexes = storedSessionsIndexes(name)
  if (schema === undefined) return pgTable(name, columns, indexes)
  // The class, because the function of Drizzle refuses "public", which is a schema like any other here.
  return new PgSchema(schema).table(name, columns, indexes)
}
