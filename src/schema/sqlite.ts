/** The tables of sessions, keys and events for Drizzle on SQLite. @module stored-session/schema/sqlite */

import { blob, index, integer, primaryKey, type SQLiteColumn, sqliteTable, text } from 'drizzle-orm/sqlite-core'

const bytes = () => blob({ mode: 'buffer' })
const epochMs = (name: string) => integer(name)

/**
 * The columns of a sessions table for SQLite, for your own table. You can add columns, or replace a column with one of
 * another name in the database. The property names must stay.
 *
 * @example
 * ```ts
 * import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
 *
 * const columns = { ...storedSessionsColumns(), note: text() }
 * export const sessions = sqliteTable('sessions', columns, storedSessionsIndexes('sessions'))
 * ```
 */
export const storedSessionsColumns = () => ({
  /** SHA-256 of the session id, 32 bytes. */
  sid: bytes().primaryKey(),
  /** The sealed payload; empty once the session has ended. */
  data: bytes().notNull(),
  /** Counts the changes of `data`, from 1. */
  version: integer().notNull(),
  /** The user of the session, from the `user` option. */
  userId: text('user_id'),
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
  endReason: text('end_reason'),
  /** The id of the key that sealed `data`, in plaintext as in `data`. Counting the rows of a key opens none of them. */
  keyId: integer('key_id'),
  /** The devices and networks of its first and last use, sealed; null without the option `metadata`, and once ended. */
  metadata: bytes(),
  /** The key of the device that the session is bound to, sealed; null without the option `deviceBound`. */
  binding: bytes(),
})

/** The columns of the indexes. @inline */
type Indexed = Record<'userId' | 'createdAt' | 'trimAt' | 'keyId', SQLiteColumn>

/**
 * The indexes of a sessions table for SQLite. Lists, revocations and trimming need them.
 *
 * @param name - the name of the table; the index names begin with it
 * @returns the third argument of `sqliteTable()`
 * @example
 * ```ts
 * import { sqliteTable } from 'drizzle-orm/sqlite-core'
 * export const sessions = sqliteTable('sessions', storedSessionsColumns(), storedSessionsIndexes('sessions'))
 * ```
 */
export const storedSessionsIndexes = (name: string) => (table: Indexed) => [
  index(`${name}_user_id_index`).on(table.userId),
  index(`${name}_created_index`).on(table.createdAt),
  index(`${name}_trim_at_index`).on(table.trimAt),
  index(`${name}_key_id_index`).on(table.keyId),
]

/**
 * The sessions table for SQLite, under your own name.
 *
 * @param name - the name of the table
 * @example
 * ```ts
 * export const sessions = storedSessionsTable('web_sessions')
 * ```
 */
export const storedSessionsTable = (name: string) =>
  sqliteTable(name, storedSessionsColumns(), storedSessionsIndexes(name))

/** The sessions table for SQLite, as our migrations create it: `stored_sessions`. */
export const storedSessions = storedSessionsTable('stored_sessions')

/**
 * The columns of a table of wrapped data keys for SQLite. Name the table like the sessions table plus `_keys`.
 *
 * @example
 * ```ts
 * import { sqliteTable } from 'drizzle-orm/sqlite-core'
 * export const sessionKeys = sqliteTable('sessions_keys', storedSessionKeysColumns())
 * ```
 */
export const storedSessionKeysColumns = () => ({
  /** Unsigned 32-bit number; payloads refer to their key by it. */
  id: integer().primaryKey(),
  /** The data key as the key service wrapped it. */
  wrapped: bytes().notNull(),
  /** When the key was created, epoch milliseconds. */
  createdAt: epochMs('created_at').notNull(),
})

/**
 * The table of wrapped data keys for a sessions table for SQLite. Only `envelopeKeys` uses it.
 *
 * @param sessions - the name of the sessions table; the name of this table begins with it
 * @example
 * ```ts
 * export const sessionKeys = storedSessionKeysTable('web_sessions') // web_sessions_keys
 * ```
 */
export const storedSessionKeysTable = (sessions: string) => sqliteTable(`${sessions}_keys`, storedSessionKeysColumns())

/** The table of wrapped data keys for SQLite, as our migrations create it: `stored_sessions_keys`. */
export const storedSessionKeys = storedSessionKeysTable('stored_sessions')

/**
 * The columns of a table of events for SQLite. Name the table like the sessions table plus `_events`.
 *
 * @example
 * ```ts
 * import { sqliteTable } from 'drizzle-orm/sqlite-core'
 * export const events = sqliteTable('sessions_events', storedSessionEventsColumns())
 * ```
 */
export const storedSessionEventsColumns = () => ({
  /** The key of the session, 32 bytes; zeros for events of many sessions. */
  sid: bytes().notNull(),
  /** 16 bytes that ascend with time. */
  id: bytes().notNull(),
  /** What happened, such as `created` or `ended`. */
  kind: text().notNull(),
  /** The user of the session at that time. */
  userId: text('user_id'),
  /** When it happened, epoch milliseconds. */
  at: epochMs('at').notNull(),
  /** The id of the key that sealed `data`; null once erased. */
  keyId: integer('key_id'),
  /** The sealed details; empty once erased. */
  data: bytes().notNull(),
})

/** The columns of the keys and indexes. @inline */
type IndexedEvents = Record<'sid' | 'id' | 'userId' | 'at' | 'keyId', SQLiteColumn>

/**
 * The primary key and the indexes of a table of events for SQLite.
 *
 * @param name - the name of the table; the index names begin with it, and are short enough for the longest name
 * @returns the third argument of `sqliteTable()`
 * @example
 * ```ts
 * import { sqliteTable } from 'drizzle-orm/sqlite-core'
 * const columns = storedSessionEventsColumns()
 * export const events = sqliteTable('sessions_events', columns, storedSessionEventsIndexes('sessions_events'))
 * ```
 */
export const storedSessionEventsIndexes = (name: string) => (table: IndexedEvents) => [
  primaryKey({ name: `${name}_key`, columns: [table.sid, table.id] }),
  // The id makes pages come from the index in their order: SQLite would sort the whole table otherwise.
  index(`${name}_by_user`).on(table.userId, table.at, table.id),
  index(`${name}_by_time`).on(table.at, table.id),
  index(`${name}_by_key`).on(table.keyId),
]

/**
 * The table of events for a sessions table for SQLite. Only the option `history` uses it.
 *
 * @param sessions - the name of the sessions table; the name of this table begins with it
 * @example
 * ```ts
 * export const sessionEvents = storedSessionEventsTable('web_sessions') // web_sessions_events
 * ```
 */
export const storedSessionEventsTable = (sessions: string) => {
  const name = `${sessions}_events`
  return sqliteTable(name, storedSessionEventsColumns(), storedSessionEventsIndexes(name))
}

/** The table of events for SQLite, as our migrations create it: `stored_sessions_events`. */
export const storedSessionEvents = storedSessionEventsTable('stored_sessions')
