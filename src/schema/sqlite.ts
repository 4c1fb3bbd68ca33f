import { blob, index, integer, type SQLiteColumn, sqliteTable, text } from 'drizzle-orm/sqlite-core'

const bytes = () => blob({ mode: 'buffer' })
const epochMs = (name: string) => integer(name)

/**
 * The columns of a sessions table for SQLite, for a table of your own. Add columns, or replace one by one
 * of another name in the database; the names of the properties have to stay.
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
  /** Who the session belongs to, as the `user` option says. */
  userId: text('user_id'),
  /** Epoch milliseconds by the application's clock, like every time here. */
  createdAt: epochMs('created_at').notNull(),
  /** The last use. Not sealed, so that a touch leaves `data` alone; `created_at` is. */
  touchedAt: epochMs('touched_at').notNull(),
  expiresAt: epochMs('expires_at').notNull(),
  /** `expires_at` rounded up to the hour, plus grace: hourly, so that a touch inside the hour leaves the index alone. */
  trimAt: epochMs('trim_at').notNull(),
  endedAt: epochMs('ended_at'),
  endReason: text('end_reason'),
  /** The id of the key that sealed `data`, in plaintext as it is in `data`: rows of a key are counted without opening any. */
  keyId: integer('key_id'),
})

/** Columns that an index is made of. */
type Indexed = Record<'userId' | 'createdAt' | 'trimAt' | 'keyId', SQLiteColumn>

/**
 * The indexes of a sessions table for SQLite, which lists, revocations and trimming need.
 *
 * @param name - the name of the table, which theirs begin with
 */
export const storedSessionsIndexes = (name: string) => (table: Indexed) => [
  index(`${name}_user_id_index`).on(table.userId),
  index(`${name}_created_index`).on(table.createdAt),
  index(`${name}_trim_at_index`).on(table.trimAt),
  index(`${name}_key_id_index`).on(table.keyId),
]

/**
 * The sessions table for SQLite, under a name of your own.
 *
 * @param name - table name
 * @example
 * ```ts
 * export const sessions = storedSessionsTable('web_sessions')
 * ```
 */
export const storedSessionsTable = (name: string) =>
  sqliteTable(name, storedSessionsColumns(), storedSessionsIndexes(name))

/** The sessions table for SQLite, as our migrations create it: `stored_sessions`. */
export const storedSessions = storedSessionsTable('stored_sessions')

/** The columns of a table of wrapped data keys for SQLite, which is named like that of the sessions, with `_keys`. */
export const storedSessionKeysColumns = () => ({
  /** Unsigned 32-bit number; payloads name their key by it. */
  id: integer().primaryKey(),
  /** The data key as the key service wrapped it. */
  wrapped: bytes().notNull(),
  createdAt: epochMs('created_at').notNull(),
})

/**
 * The table of wrapped data keys that belongs to a sessions table for SQLite; only `envelopeKeys` uses it.
 *
 * @param sessions - the name of the sessions table, which this one's name begins with
 * @example
 * ```ts
 * export const sessionKeys = storedSessionKeysTable('web_sessions') // web_sessions_keys
 * ```
 */
export const storedSessionKeysTable = (sessions: string) => sqliteTable(`${sessions}_keys`, storedSessionKeysColumns())

/** The table of wrapped data keys for SQLite, as our migrations create it: `stored_sessions_keys`. */
export const storedSessionKeys = storedSessionKeysTable('stored_sessions')
