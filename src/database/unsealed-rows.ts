import { type SQL, sql } from 'drizzle-orm'
import type { NewRow, SessionRow } from './session-row.ts'
import type { Compile, SessionsTable, Statement } from './statement.ts'
import { byLimit, columnNames, selectRow, value } from './statements.ts'

/** A row that another program wrote: nothing sealed its content, and its key may be a session id in plaintext. */
export interface UnsealedRow extends SessionRow {
  /** What the storage finds it by again, and knows its place in the list by. */
  readonly place: unknown
}

/**
 * What becomes of such a row; its dates stay, and its user where it has one: `userId` says whose it is if the row does not.
 */
export interface RowSealing extends Pick<NewRow, 'sid' | 'data' | 'userId' | 'trimAt'> {
  readonly keyId: number
}

/** For rows that were copied into the table by other means than ours. A storage of your own may do without. */
export interface UnsealedRows {
  /** At most `limit` rows that carry no key and have not ended, in an order of the storage, from behind one on. */
  list(behind: UnsealedRow | undefined, limit: number): Promise<UnsealedRow[]>
  /**
   * Puts a row under its new key with sealed content. False when it changed meanwhile, and when there is a row with this
   * key already: that one stays as it is, and this one is deleted.
   */
  seal(row: UnsealedRow, sealing: RowSealing): Promise<boolean>
}

/** What a dialect and its driver add. */
export interface UnsealedRowsDriver {
  readonly compile: Compile
  /** The column by which rows are gone through, in the order of an index that also has `key_id`, or of the rows. */
  readonly place: SQL
  /** What is before every place. */
  readonly first: unknown
  rows(statement: Statement, values: object): Promise<readonly Record<string, unknown>[]>
  toRow(row: Record<string, unknown>): SessionRow
  change(statement: Statement, values: object): Promise<number>
  isDuplicate(error: unknown): boolean
}

/** Goes through the rows of a table that were copied there, and seals them one by one. */
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
