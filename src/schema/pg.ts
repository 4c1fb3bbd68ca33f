/** The tables of sessions, keys and events for Drizzle on PostgreSQL. @module stored-session/schema/pg */

import {
  bigint,
  customType,
  type ExtraConfigColumn,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core'

const bytea = customType<{ data: Buffer; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  fromDriver: (bytes) => Buffer.from(bytes),
})

const epochMs = (name: string) => bigint(name, { mode: 'number' })

/**
 * The columns of a sessions table for PostgreSQL, for your own table. You can add columns, or replace a column with one
 * of another name in the database. The property names must stay.
 *
 * @example
 * ```ts
 * import { pgSchema } from 'drizzle-orm/pg-core'
 * export const auth = pgSchema('auth')
 * export const sessions = auth.table('sessions', storedSessionsColumns(), storedSessionsIndexes('sessions'))
 * ```
 */
export const storedSessionsColumns = () => ({
  /** SHA-256 of the session id, 32 bytes. */
  sid: bytea().primaryKey(),
  /** The sealed payload; empty once the session has ended. */
  data: bytea().notNull(),
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
  keyId: bigint('key_id', { mode: 'number' }),
  /** The devices and networks of its first and last use, sealed; null without the option `metadata`, and once ended. */
  metadata: bytea(),
  /** The key of the device that the session is bound to, sealed; null without the option `deviceBound`. */
  binding: bytea(),
})

/** The columns of the indexes. @inline */
type Indexed = Record<'userId' | 'createdAt' | 'trimAt' | 'keyId', ExtraConfigColumn>

/**
 * The indexes of a sessions table for PostgreSQL. Lists, revocations and trimming need them.
 *
 * @param name - the name of the table; the index names begin with it
 * @returns the third argument of `pgTable()`
 * @example
 * ```ts
 * import { pgTable } from 'drizzle-orm/pg-core'
 * export const sessions = pgTable('sessions', storedSessionsColumns(), storedSessionsIndexes('sessions'))
 * ```
 */
export const storedSessionsIndexes = (name: string) => (table: Indexed) => [
  index(`${name}_user_id_index`).on(table.userId),
  index(`${name}_created_index`).on(table.createdAt),
  index(`${name}_trim_at_index`).on(table.trimAt),
  index(`${name}_key_id_index`).on(table.keyId),
]

/**
 * The sessions table for PostgreSQL, under your own name.
 *
 * @param name - the name of the table
 * @example
 * ```ts
 * export const sessions = storedSessionsTable('web_sessions')
 * ```
 */
export const storedSessionsTable = (name: string) => pgTable(name, storedSessionsColumns(), storedSessionsIndexes(name))

/** The sessions table for PostgreSQL, as our migrations create it: `stored_sessions`. */
export const storedSessions = storedSessionsTable('stored_sessions')

/**
 * The columns of a table of wrapped data keys for PostgreSQL. Name the table like the sessions table plus `_keys`.
 *
 * @example
 * ```ts
 * import { pgTable } from 'drizzle-orm/pg-core'
 * export const sessionKeys = pgTable('sessions_keys', storedSessionKeysColumns())
 * ```
 */
export const storedSessionKeysColumns = () => ({
  /** Unsigned 32-bit number; payloads refer to their key by it. */
  id: bigint({ mode: 'number' }).primaryKey(),
  /** The data key as the key service wrapped it. */
  wrapped: bytea().notNull(),
  /** When the key was created, epoch milliseconds. */
  createdAt: epochMs('created_at').notNull(),
})

/**
 * The table of wrapped data keys for a sessions table for PostgreSQL. Only `envelopeKeys` uses it.
 *
 * @param sessions - the name of the sessions table; the name of this table begins with it
 * @example
 * ```ts
 * export const sessionKeys = storedSessionKeysTable('web_sessions') // web_sessions_keys
 * ```
 */
export const storedSessionKeysTable = (sessions: string) => pgTable(`${sessions}_keys`, storedSessionKeysColumns())

/** The table of wrapped data keys for PostgreSQL, as our migrations create it: `stored_sessions_keys`. */
export const storedSessionKeys = storedSessionKeysTable('stored_sessions')

/**
 * The columns of a table of events for PostgreSQL. Name the table like the sessions table plus `_events`.
 *
 * @example
 * ```ts
 * import { pgTable } from 'drizzle-orm/pg-core'
 * export const events = pgTable('sessions_events', storedSessionEventsColumns())
 * ```
 */
export const storedSessionEventsColumns = () => ({
  /** The key of the session, 32 bytes; zeros for events of many sessions. */
  sid: bytea().notNull(),
  /** 16 bytes that ascend with time. */
  id: bytea().notNull(),
  /** What happened, such as `created` or `ended`. */
  kind: text().notNull(),
  /** The user of the session at that time. */
  userId: text('user_id'),
  /** When it happened, epoch milliseconds. */
  at: epochMs('at').notNull(),
  /** The id of the key that sealed `data`; null once erased. */
  keyId: bigint('key_id', { mode: 'number' }),
  /** The sealed details; empty once erased. */
  data: bytea().notNull(),
})

/** The columns of the keys and indexes. @inline */
type IndexedEvents = Record<'sid' | 'id' | 'userId' | 'at' | 'keyId', ExtraConfigColumn>

/**
 * The primary key and the indexes of a table of events for PostgreSQL.
 *
 * @param name - the name of the table; the index names begin with it, and are short enough for the longest name
 * @returns the third argument of `pgTable()`
 * @example
 * ```ts
 * import { pgTable } from 'drizzle-orm/pg-core'
 * const columns = storedSessionEventsColumns()
 * export const events = pgTable('sessions_events', columns, storedSessionEventsIndexes('sessions_events'))
 * ```
 */
export const storedSessionEventsIndexes = (name: string) => (table: IndexedEvents) => [
  primaryKey({ name: `${name}_key`, columns: [table.sid, table.id] }),
  index(`${name}_by_user`).on(table.userId, table.at),
  index(`${name}_by_time`).on(table.at),
  index(`${name}_by_key`).on(table.keyId),
]

/**
 * The table of events for a sessions table for PostgreSQL. Only the option `history` uses it.
 *
 * @param sessions - the name of the sessions table; the name of this table begins with it
 * @example
 * ```ts
 * export const sessionEvents = storedSessionEventsTable('web_sessions') // web_sessions_events
 * ```
 */
export const storedSessionEventsTable = (sessions: string) => {
  const name = `${sessions}_events`
  return pgTable(name, storedSessionEventsColumns(), storedSessionEventsIndexes(name))
}

/** The table of events for PostgreSQL, as our migrations create it: `stored_sessions_events`. */
export const storedSessionEvents = storedSessionEventsTable('stored_sessions')
