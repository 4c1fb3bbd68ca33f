import { createHash } from 'node:crypto'
import type { Row, TestDatabase } from '../harness/databases.ts'

/** A row of the sessions table, with the same types on every database. */
export interface StoredRow {
  sid: Buffer
  data: Buffer
  version: number
  userId: string | null
  createdAt: number
  touchedAt: number
  expiresAt: number
  trimAt: number
  endedAt: number | null
  endReason: string | null
  metadata: Buffer | null
  binding: Buffer | null
}

export const sidOf = (id: string) => createHash('sha256').update(id).digest()

/** What lists, logs and events call the session of this id. */
export const handleOf = (id: string) => `2::${sidOf(id).toString('hex')}`

export async function allRows(database: TestDatabase): Promise<StoredRow[]> {
  return (await database.query('SELECT * FROM stored_sessions')).map(toStoredRow)
}

/** The rows of sessions that were not ended, expired or not. */
export async function unendedRows(database: TestDatabase): Promise<StoredRow[]> {
  return (await allRows(database)).filter(({ endedAt }) => endedAt === null)
}

export async function rowOf(database: TestDatabase, id: string): Promise<StoredRow | undefined> {
  const [row] = await database.query(`SELECT * FROM stored_sessions WHERE sid = ${placeholder(database, 1)}`, [
    sidOf(id),
  ])
  return row && toStoredRow(row)
}

/** The row of a session that must be there. */
export async function storedRow(database: TestDatabase, id: string): Promise<StoredRow> {
  const row = await rowOf(database, id)
  if (row) return row
  throw new Error('there is no such row')
}

/** Sets one column of one row by hand, as somebody with access to the database could. */
export async function setColumn(database: TestDatabase, id: string, column: string, value: unknown): Promise<void> {
  await database.query(
    `UPDATE stored_sessions SET ${column} = ${placeholder(database, 1)} WHERE sid = ${placeholder(database, 2)}`,
    [value, sidOf(id)],
  )
}

function placeholder({ dialect }: TestDatabase, position: number): string {
  return dialect === 'pg' ? `$${position}` : '?'
}

function toStoredRow(row: Row): StoredRow {
  const number = (value: unknown) => (value === null ? null : Number(value))
  return {
    sid: Buffer.from(row.sid as Uint8Array),
    data: Buffer.from(row.data as Uint8Array),
    version: Number(row.version),
    userId: row.user_id as string | null,
    createdAt: Number(row.created_at),
    touchedAt: Number(row.touched_at),
    expiresAt: Number(row.expires_at),
    trimAt: Number(row.trim_at),
    endedAt: number(row.ended_at),
    endReason: row.end_reason as string | null,
    metadata: row.metadata === null ? null : Buffer.from(row.metadata as Uint8Array),
    binding: row.binding === null ? null : Buffer.from(row.binding as Uint8Array),
  }
}
