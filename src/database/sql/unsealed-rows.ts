import { type SQL, sql } from 'drizzle-orm'
import type { SessionRow, UnsealedRows } from '../contract/session-row.ts'
import type { Compile, SessionsTable, Statement } from './statements.ts'
import { byLimit, columnNames, selectRow, value } from './statements.ts'

/** The parts that depend on the dialect and its driver. */
interface UnsealedRowsDriver {
  readonly compile: Compile
  /** The column that orders the rows: by an index that also has `key_id`, or by the table itself. */
  readonly place: SQL
  /** A value lower than every place. */
  readonly first: unknown
  rows(statement: Statement, values: object): Promise<readonly Record<string, unknown>[]>
  toRow(row: Record<string, unknown>): SessionRow
  change(statement: Statement, values: object): Promise<number>
  isDuplicate(error: unknown): boolean
}

/** Lists the rows that were copied into a table, and seals them one by one. */
export function unsealedRows(table: SessionsTable, driver: UnsealedRowsDriver): UnsealedRows {
  const { compile, place, first, toRow } = driver
  const { sid, data, version, userId, trimAt, endedAt, keyId } = columnNames(table)
  const lists = byLimit((limit) =>
    compile(sql`${selectRow(table, place)} where ${keyId} is null and ${endedAt} is null and ${place} > ${value('behind')}
      order by ${place} limit ${sql.raw(String(Math.trunc(limit)))}`),
  )
  const isThis = sql`${place} = ${value('place')} and ${version} = ${value('version')} and ${keyId} is null
    and ${endedAt} is null`
  const seal = compile(sql`update ${table} set ${sid} = ${value('sid')}, ${data} = ${value('data')},
    ${version} = ${version} + 1, ${keyId} = ${value('keyId')}, ${userId} = coalesce(${userId}, ${value('userId')}),
    ${trimAt} = ${value('trimAt')} where ${isThis}`)
  const drop = compile(sql`delete from ${table} where ${isThis}`)

  return {
    async list(behind, limit) {
      const rows = await driver.rows(lists(limit), { behind: behind ? behind.place : first })
      return rows.map((row) => ({ ...toRow(row), place: row.place }))
    },
    async seal(row, sealing) {
      const values = { ...sealing, place: row.place, version: row.version }
      try {
        return (await driver.change(seal, values)) === 1
      } catch (error) {
        if (!driver.isDuplicate(error)) throw error
        await driver.change(drop, values)
        return false
      }
    },
  }
}
