import { randomBytes } from 'node:crypto'
import type { TargetName } from './selection.ts'

export type Dialect = 'sqlite' | 'pg' | 'mysql'

export type Row = Record<string, unknown>

export interface TestDatabase {
  readonly name: TargetName
  readonly dialect: Dialect
  readonly url: string
  /** Placeholders are the driver's own: $1 on PostgreSQL, ? elsewhere. */
  query(sql: string, params?: unknown[]): Promise<Row[]>
  /** Everything that is stored, binary columns as their raw bytes. */
  dump(): Promise<Buffer>
  drop(): Promise<void>
  /** Has a pooler open its connections anew, because settings of a database are those of new ones. */
  reconnect?(): Promise<unknown>
}

export function randomName(): string {
  return `test_${randomBytes(8).toString('hex')}`
}

export async function dumpTables(database: Pick<TestDatabase, 'query'>, tables: string[]): Promise<Buffer> {
  const parts: Buffer[] = []
  for (const table of tables) {
    const rows = await database.query(`SELECT * FROM ${table}`)
    parts.push(Buffer.from(`${table}\n`), ...rows.flatMap((row) => Object.entries(row).flatMap(column)))
  }
  return Buffer.concat(parts)
}

function column([name, value]: [string, unknown]): Buffer[] {
  return [Buffer.from(`${name}=`), bytes(value), Buffer.from('\n')]
}

function bytes(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (value instanceof Date) return Buffer.from(value.toISOString())
  return Buffer.from(typeof value === 'object' ? JSON.stringify(value) : String(value))
}
