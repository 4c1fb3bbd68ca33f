import type { Table } from 'drizzle-orm'
import * as mysqlCore from 'drizzle-orm/mysql-core'
import * as pgCore from 'drizzle-orm/pg-core'
import * as sqliteCore from 'drizzle-orm/sqlite-core'
import type { Dialect } from '../harness/databases.ts'

const bytea = pgCore.customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const blob = (type: string) => mysqlCore.customType<{ data: Buffer }>({ dataType: () => type })

/** Tables of an application: our columns under names of its own, and more columns. */
export const TABLES: Record<Dialect, Table> = {
  pg: pgCore.pgSchema('web').table('Sitzungen "neu"', {
    sid: bytea('Schlüssel').primaryKey(),
    data: bytea('inhalt').notNull(),
    version: pgCore.integer('order').notNull(),
    userId: pgCore.text('user'),
    createdAt: pgCore.bigint('from', { mode: 'number' }).notNull(),
    touchedAt: pgCore.bigint('t', { mode: 'number' }).notNull(),
    expiresAt: pgCore.bigint('until', { mode: 'number' }).notNull(),
    trimAt: pgCore.bigint('delete', { mode: 'number' }).notNull(),
    endedAt: pgCore.bigint('end', { mode: 'number' }),
    endReason: pgCore.text('why "so"'),
    keyId: pgCore.bigint('sealed by', { mode: 'number' }),
    metadata: bytea('who else'),
    binding: bytea('which device'),
    note: pgCore.text('note'),
    place: pgCore.text('place').notNull().default('somewhere'),
  }),
  mysql: mysqlCore.mysqlTable('Sitzungen `neu`', {
    sid: blob('binary(32)')('Schlüssel').primaryKey(),
    data: blob('longblob')('inhalt').notNull(),
    version: mysqlCore.int('order').notNull(),
    userId: mysqlCore.varchar('user', { length: 255 }),
    createdAt: mysqlCore.bigint('from', { mode: 'number' }).notNull(),
    touchedAt: mysqlCore.bigint('t', { mode: 'number' }).notNull(),
    expiresAt: mysqlCore.bigint('until', { mode: 'number' }).notNull(),
    trimAt: mysqlCore.bigint('delete', { mode: 'number' }).notNull(),
    endedAt: mysqlCore.bigint('end', { mode: 'number' }),
    endReason: mysqlCore.varchar('why `so`', { length: 32 }),
    keyId: mysqlCore.bigint('sealed by', { mode: 'number' }),
    metadata: blob('blob')('who else'),
    binding: blob('blob')('which device'),
    note: mysqlCore.text('note'),
    place: mysqlCore.varchar('place', { length: 20 }).notNull().default('somewhere'),
  }),
  sqlite: sqliteCore.sqliteTable('Sitzungen "neu"', {
    sid: sqliteCore.blob('Schlüssel', { mode: 'buffer' }).primaryKey(),
    data: sqliteCore.blob('inhalt', { mode: 'buffer' }).notNull(),
    version: sqliteCore.integer('order').notNull(),
    userId: sqliteCore.text('user'),
    createdAt: sqliteCore.integer('from').notNull(),
    touchedAt: sqliteCore.integer('t').notNull(),
    expiresAt: sqliteCore.integer('until').notNull(),
    trimAt: sqliteCore.integer('delete').notNull(),
    endedAt: sqliteCore.integer('end'),
    endReason: sqliteCore.text('why "so"'),
    keyId: sqliteCore.integer('sealed by'),
    metadata: sqliteCore.blob('who else', { mode: 'buffer' }),
    binding: sqliteCore.blob('which device', { mode: 'buffer' }),
    note: sqliteCore.text('note'),
    place: sqliteCore.text('place').notNull().default('somewhere'),
  }),
}
