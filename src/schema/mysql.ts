/** The tables of sessions, keys and events for Drizzle on MySQL and MariaDB. @module stored-session/schema/mysql */

import {
  bigint,
  customType,
  index,
  int,
  type MySqlColumn,
  mysqlTable,
  primaryKey,
  varchar,
} from 'drizzle-orm/mysql-core'

const binary16 = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'binary(16)' })
const binary32 = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'binary(32)' })
const blob = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'blob' })
const longblob = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'longblob' })
// The default collations treat `Ada` and `ada` as one user, so ending the sessions of one would end the other's.
const exactText = customType<{ data: string; driverData: string }>({
  dataType: () => 'varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
})

const epochMs = (name: string) => bigint(name, { mode: 'number' })

/**
 * The columns of a sessions table for MySQL and MariaDB, for your own table. You can add columns, or replace a column
 * with one of another name in the database. The property names must stay.
 *
 * @example
 * ```ts
 * import { mysqlTable, text } from 'drizzle-orm/mysql-core'
 *
 * const columns = { ...storedSessionsColumns(), note: text() }
 * export const sessions = mysqlTable('sessions', columns, storedSessionsIndexes('sessions'))
 * ```
 */
export const storedSessionsColumns = () => ({
  /** SHA-256 of the session id, 32 bytes. */
  sid: binary32().primaryKey(),
  /** The sealed payload; empty once the session has ended. */
  data: longblob().notNull(),
  /** Counts the changes of `data`, from 1. */
  version: int().notNull(),
  /** The user of the session, from the `user` option. */
  userId: exactText('user_id'),
  /** When the session began: epoch milliseconds by the application's clock, like all times here. */
  createdAt: epochMs('created_at').notNull(),
  /** The last use. Unlike `created_at` it is not sealed, so a touch does not rewrite `data`. */
  touchedAt: epochMs('touched_at').notNull(),
  /** When the session expires unless it is used again. */
  expiresAt: epochMs('expires_at').notNull(),
  /** `expires_at` rounded up to the hour, plus grace. A touch within the same hour does not update the index. */
  trimAt: epochMs('trim_at').notNull(),
  /** When the session ended; null while it has not ended. */
  endedAt: epochMs('ended_at'),
  /** Why the session ended, such as `revoked`; null while it has not ended. */
  endReason: varchar('end_reason', { length: 32 }),
  /** The id of the key that sealed `data`, in plaintext as in `data`. Counting the rows of a key opens none of them. */
  keyId: bigint('key_id', { mode: 'number' }),
  /** The devices and networks of its first and last use, sealed; null without the option `metadata`, and once ended. */
  metadata: blob(),
  /** The key of the device that the session is bound to, sealed; null without the option `deviceBound`. */
  binding: blob(),
})

/** The columns of the indexes. @inline */
type Indexed = Record<'userId' | 'createdAt' | 'trimAt' | 'keyId', MySqlColumn>

/**
 * The indexes of a sessions table for MySQL and MariaDB. Lists, revocations and trimming need them.
 *
 * @param name - the name of the table; the index names begin with it
 * @returns the third argument of `mysqlTable()`
 * @example
 * ```ts
 * import { mysqlTable } from 'drizzle-orm/mysql-core'
 * export const sessions = mysqlTable('sessions', storedSessionsColumns(), storedSessionsIndexes('sessions'))
 * ```
 */
export const storedSessionsIndexes = (name: string) => (table: Indexed) => [
  index(`${name}_user_id_index`).on(table.userId),
  index(`${name}_created_index`).on(table.createdAt),
  index(`${name}_trim_at_index`).on(table.trimAt),
  index(`${name}_key_id_index`).on(table.keyId),
]

/**
 * The sessions table for MySQL and MariaDB, under your own name.
 *
 * @param name - the name of the table
 * @example
 * ```ts
 * export const sessions = storedSessionsTable('web_sessions')
 * ```
 */
export const storedSessionsTable = (name: string) =>
  mysqlTable(name, storedSessionsColumns(), storedSessionsIndexes(name))

/** The sessions table for MySQL and MariaDB, as our migrations create it: `stored_sessions`. */
export const storedSessions = storedSessionsTable('stored_sessions')

/**
 * The columns of a table of wrapped data keys for MySQL and MariaDB. Name the table like the sessions table plus `_keys`.
 *
 * @example
 * ```ts
 * import { mysqlTable } from 'drizzle-orm/mysql-core'
 * export const sessionKeys = mysqlTable('sessions_keys', storedSessionKeysColumns())
 * ```
 */
export const storedSessionKeysColumns = () => ({
  /** Unsigned 32-bit number; payloads refer to their key by it. */
  id: bigint({ mode: 'number' }).primaryKey(),
  /** The data key as the key service wrapped it. */
  wrapped: blob().notNull(),
  /** When the key was created, epoch milliseconds. */
  createdAt: epochMs('created_at').notNull(),
})

/**
 * The table of wrapped data keys for a sessions table for MySQL and MariaDB. Only `envelopeKeys` uses it.
 *
 * @param sessions - the name of the sessions table; the name of this table begins with it
 * @example
 * ```ts
 * export const sessionKeys = storedSessionKeysTable('web_sessions') // web_sessions_keys
 * ```
 */
export const storedSessionKeysTable = (sessions: string) => mysqlTable(`${sessions}_keys`, storedSessionKeysColumns())

/** The table of wrapped data keys for MySQL and MariaDB, as our migrations create it: `stored_sessions_keys`. */
export const storedSessionKeys = storedSessionKeysTable('stored_sessions')

/**
 * The columns of a table of events for MySQL and MariaDB. Name the table like the sessions table plus `_events`.
 *
 * @example
 * ```ts
 * import { mysqlTable } from 'drizzle-orm/mysql-core'
 * export const events = mysqlTable('sessions_events', storedSessionEventsColumns())
 * ```
 */
export const storedSessionEventsColumns = () => ({
  /** The key of the session, 32 bytes; zeros for events of many sessions. */
  sid: binary32().notNull(),
  /** 16 bytes that ascend with time. */
  id: binary16().notNull(),
  /** What happened, such as `created` or `ended`. */
  kind: varchar({ length: 32 }).notNull(),
  /** The user of the session at that time. */
  userId: exactText('user_id'),
  /** When it happened, epoch milliseconds. */
  at: epochMs('at').notNull(),
  /** The id of the key that sealed `data`; null once erased. */
  keyId: bigint('key_id', { mode: 'number' }),
  /** The sealed details; empty once erased. */
  data: blob().notNull(),
})

/** The columns of the keys and indexes. @inline */
type IndexedEvents = Record<'sid' | 'id' | 'userId' | 'at' | 'keyId', MySqlColumn>

/**
 * The primary key and the indexes of a table of events for MySQL and MariaDB.
 *
 * @param name - the name of the table; the index names begin with it, and are short enough for the longest name
 * @returns the third argument of `mysqlTable()`
 * @example
 * ```ts
 * import { mysqlTable } from 'drizzle-orm/mysql-core'
 * const columns = storedSessionEventsColumns()
 * export const events = mysqlTable('sessions_events', columns, storedSessionEventsIndexes('sessions_events'))
 * ```
 */
export const storedSessionEventsIndexes = (name: string) => (table: IndexedEvents) => [
  primaryKey({ name: `${name}_key`, columns: [table.sid, table.id] }),
  // The id makes pages come from the index in their order. It costs nothing: InnoDB adds the primary key to every index.
  index(`${name}_by_user`).on(table.userId, table.at, table.id),
  index(`${name}_by_time`).on(table.at, table.id),
  index(`${name}_by_key`).on(table.keyId),
]

/**
 * The table of events for a sessions table for MySQL and MariaDB. Only the option `history` uses it.
 *
 * @param sessions - the name of the sessions table; the name of this table begins with it
 * @example
 * ```ts
 * export const sessionEvents = storedSessionEventsTable('web_sessions') // web_sessions_events
 * ```
 */
export const storedSessionEventsTable = (sessions: string) => {
  const name = `${sessions}_events`
  return mysqlTable(name, storedSessionEventsColumns(), storedSessionEventsIndexes(name))
}

/** The table of events for MySQL and MariaDB, as our migrations create it: `stored_sessions_events`. */
export const storedSessionEvents = storedSessionEventsTable('stored_sessions')
