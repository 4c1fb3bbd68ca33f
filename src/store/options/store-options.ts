import type { Table } from 'drizzle-orm'
import type { SessionDatabase } from '../../database/contract/session-database.ts'
import type { DrizzleDatabase } from '../../database/recognise.ts'
import type { KeyProvider } from '../../keys/key-provider.ts'
import type { MetadataOptions } from '../../metadata/metadata-options.ts'
import type { Serializer, serializers } from '../../payload/serializer.ts'
import type { Duration } from '../../time/duration.ts'
import type { UserId } from '../core/core.ts'
import type { MergeRule } from '../merging/merge-rules.ts'
import type { HistoryOption } from './history-option.ts'
import { type RenewalOptions, renewalOptionNames } from './renewal-options.ts'
import type { TrimOption } from './trim-options.ts'

export type { CheckedStoreOptions } from './checked-store-options.ts'
export type { Duration }

/** The option `acceptUnencrypted`. */
export interface UnencryptedRows {
  /** The date from which unencrypted rows are refused, at most 30 days ahead. */
  until: Date
}

/**
 * The options of the store. The plugin accepts them too, together with the host's options.
 *
 * @example
 * ```ts
 * const options: StoreOptions = { database: process.env.DATABASE_URL!, secret, idleTimeout: '1h', maxPerUser: 5 }
 * const store = new StoredSessionStore({ ...options, user: (session) => String(session.userId) })
 * ```
 */
export interface StoreOptions extends RenewalOptions {
  /**
   * Where the sessions are stored: `postgres://…`, `postgresql://…`, `mysql://…`, `mariadb://…`, `sqlite:PATH`,
   * `sqlite::memory:`, the result of `drizzle(...)`, or your own storage. The store never closes a database that you
   * passed.
   */
  database: string | DrizzleDatabase | SessionDatabase
  /**
   * A secret of 32 or more characters, or several with the current one first. The payload keys derive from it.
   * @defaultValue none: it is required without `keys`
   */
  secret?: string | string[]
  /** Where the payload keys come from. @defaultValue derived from `secret` */
  keys?: KeyProvider
  /**
   * Make payloads readable only with the cookie of their session: the database and the keys together open no session.
   * `reencrypt()` is not available, and an old key is needed until its sessions have ended. @defaultValue false
   */
  bindToCookie?: boolean
  /**
   * Separates tables that use the same keys. Databases that share a secret, such as staging and production, need
   * different namespaces: otherwise a row that is copied from one to the other opens there. A change ends all existing
   * sessions.
   * @defaultValue the table's name, with its schema
   */
  namespace?: string
  /**
   * Compress sessions of more bytes than this before they are sealed. Off by default: where an attacker can put text
   * next to a secret in one session, the length reveals something about the secret (CRIME, BREACH). @defaultValue false
   */
  compressAbove?: number | false
  /**
   * The date until which unencrypted rows are read too, for imported tables. It is at most 30 days ahead, and every
   * start warns: until then a client that can write to the database can create a session for any user. Write a fixed
   * date, because a date that is computed at start moves with every start. @defaultValue never
   */
  acceptUnencrypted?: UnencryptedRows
  /** Warn at start when the current key has been in use for longer than this, by its `since`. @defaultValue `'90d'` */
  warnKeyAge?: Duration | false
  /**
   * Limit sessions to the timeouts of an authenticator assurance level of NIST SP 800-63B-4 (sections 2.1.3, 2.2.3 and
   * 2.3.3): `'aal1'` 30 days of age; `'aal2'` 24 hours, and 1 hour unused; `'aal3'` 12 hours, and 15 minutes unused.
   * They become the defaults and the upper limits of the options below and of every cookie: shorter timeouts are
   * accepted, longer timeouts are refused. @defaultValue none
   */
  // Values in place, and not by their types, because the compiler lists only these in its message.
  lifetime?: 'aal1' | 'aal2' | 'aal3'
  /**
   * A session that is unused for this long expires; its own `cookie.maxAge` or `expires` replaces the value. It is
   * measured from `touched_at`, which is not sealed: write access to the database can extend it, up to
   * `absoluteTimeout`.
   * @defaultValue `'2h'`
   */
  idleTimeout?: Duration
  /**
   * A session expires at this age, even when it is in use. It is measured from `created_at`, which is sealed: with
   * `false`, write access to the database can keep a session alive without limit. @defaultValue `'30d'`
   */
  absoluteTimeout?: Duration | false
  /** Precision of the stored time of the last use: at most one touch per session and interval. @defaultValue `'1m'` */
  touchInterval?: Duration
  /**
   * How long a request may wait for the database and the key provider, including connections, locks and retries. After
   * this time the request gets a 503. At most 10 minutes. @defaultValue `'5s'`
   */
  operationTimeout?: Duration
  /** How long the old id of a rotated session is still accepted; see `rotateId` and `rotateEvery`. @defaultValue `'30s'` */
  rotationOverlap?: Duration
  /** Deletion of expired and ended sessions in the background. @defaultValue `{ interval: '15m', batchSize: 500 }` */
  trim?: false | TrimOption
  /**
   * Record what happens to sessions, for `history()`: `true`, or how. Needs the table of events.
   * @defaultValue false
   */
  history?: boolean | HistoryOption
  /** Apply the migrations at start. @defaultValue true for SQLite, false for servers */
  migrate?: boolean
  /**
   * The user of a session: well-formed text of 1 to 255 characters without NUL, a whole number or a bigint; undefined or
   * null without a user. @defaultValue none: sessions have no user
   */
  user?: (session: Record<string, unknown>) => UserId | null | undefined
  /**
   * Sessions that a user may have: 1 to 1000. A sign-in above this limit ends other sessions, see `evict`. Needs
   * `user`.
   * @defaultValue any number
   */
  maxPerUser?: number
  /**
   * Which sessions end above `maxPerUser`: the oldest, the least recently used, or none. With `'refuse'` the save that
   * exceeds the limit fails with `FST_STORED_SESSION_TOO_MANY`. @defaultValue `'oldest'`
   */
  evict?: 'oldest' | 'least-recent' | 'refuse'
  /**
   * How concurrent changes of a key are merged: `'add'` for numbers, `'union'` and `'append'` for arrays, `'last'` for the
   * later value, or a function of `(base, theirs, ours)`. @defaultValue by member, see “Concurrent requests”
   */
  merge?: Record<string, MergeRule>
  /**
   * Whether an error about a value that cannot be stored contains the whole path, such as
   * `byMail.get("ada@example.org").token`, and not only the top-level name. Logs then contain the path too, and a path
   * may contain session content. @defaultValue false; with the plugin true where the variable NODE_ENV is `development`
   */
  errorPaths?: boolean
  /** The format of stored sessions. @defaultValue `'msgpack'` */
  serializer?: keyof typeof serializers | Serializer
  /**
   * Keep who uses a session, from where and with what: `true` for the network and the user agent, or what to keep. The
   * plugin captures it from requests; without the plugin, only imports have it. @defaultValue false
   */
  metadata?: boolean | MetadataOptions
  /** The largest size of a serialized session, in bytes. @defaultValue 1048576 */
  maxBytes?: number
  /**
   * The name of the table, or a Drizzle table with the columns of `storedSessionsColumns()`, under these property
   * names. On PostgreSQL a name may have a schema: `'auth.sessions'`. Put a name with dots in double quotes:
   * `'auth."web.sessions"'`. Upper and lower case are kept. @defaultValue `'stored_sessions'`
   */
  table?: string | Table
  /** Whether a request that only reads extends the session. @defaultValue true */
  rolling?: boolean
}

/** The names of {@link StoreOptions}. */
export const storeOptionNames = [
  'database',
  'secret',
  'keys',
  'bindToCookie',
  'namespace',
  'compressAbove',
  'acceptUnencrypted',
  'warnKeyAge',
  'lifetime',
  'idleTimeout',
  'absoluteTimeout',
  'touchInterval',
  'rotationOverlap',
  ...renewalOptionNames,
  'operationTimeout',
  'trim',
  'history',
  'migrate',
  'user',
  'maxPerUser',
  'evict',
  'merge',
  'errorPaths',
  'serializer',
  'metadata',
  'maxBytes',
  'table',
  'rolling',
] as const
