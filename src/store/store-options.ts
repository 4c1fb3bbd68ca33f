import type { Table } from 'drizzle-orm'
import type { Dialect, DrizzleDatabase } from '../database/recognise.ts'
import type { SessionDatabase } from '../database/session-database.ts'
import type { Duration } from '../keys/duration.ts'
import type { KeyProvider } from '../keys/key-provider.ts'
import type { Serializer, serializers } from '../payload/serializer.ts'
import type { Limits } from './lifetime.ts'
import type { AssuranceLevel } from './lifetime-presets.ts'
import type { TrimLock } from './trim-alone.ts'
import type { TrimOption, TrimSchedule } from './trim-options.ts'
import type { Evict, UserLimit } from './user-limit.ts'

export type { Duration }

/** What the store itself takes; the plugin takes these and the host's options. */
export interface StoreOptions {
  /**
   * Where the sessions are: `postgres://…`, `postgresql://…`, `mysql://…`, `mariadb://…`, `sqlite:PATH`,
   * `sqlite::memory:`, what `drizzle(...)` returned, or a storage of your own. What was handed in is never closed here.
   */
  database: string | DrizzleDatabase | SessionDatabase
  /** A secret of 32 or more characters, or several with the current one first. The payload keys derive from it. */
  secret?: string | string[]
  /** Where the payload keys come from. @defaultValue derived from `secret` */
  keys?: KeyProvider
  /**
   * Open payloads only with their session's cookie: then the database and the keys together still open nothing. The
   * price: `reencrypt()` cannot open them either, and old keys retire as sessions end. @defaultValue false
   */
  bindToCookie?: boolean
  /**
   * What tells this table's payloads from those of others under the same keys. Databases that share a secret, such as those
   * of staging and production, need one each: a row copied between them opens otherwise. A change ends the sessions that
   * there are. @defaultValue the table's name, with its schema
   */
  namespace?: string
  /**
   * Compress sessions of more bytes than this before they are sealed. Off by default: where an attacker can put text
   * next to a secret in one session, the length tells of the secret (CRIME, BREACH). @defaultValue false
   */
  compressAbove?: number | false
  /**
   * Until when rows that are not sealed are read as they are: for tables that were imported. At most 30 days ahead, and
   * warned of at every start: until then a client that can write to the database can make sessions of any user. Write a
   * fixed date, because one that is computed at start moves on with every start. @defaultValue never
   */
  acceptUnencrypted?: { until: Date }
  /** Warn, once at start, of a key that has been sealing for longer. Providers tell by `since`. @defaultValue `'90d'` */
  warnKeyAge?: Duration | false
  /**
   * Hold sessions to the timeouts of an authenticator assurance level of NIST SP 800-63B-4 (sections 2.1.3, 2.2.3 and
   * 2.3.3): `'aal1'` 30 days of age; `'aal2'` 24 hours, and 1 hour unused; `'aal3'` 12 hours, and 15 minutes unused.
   * They are the defaults then, and ceilings for the options below and for every cookie: stricter ones are taken, looser
   * ones refused. @defaultValue none
   */
  lifetime?: AssuranceLevel
  /**
   * Unused for so long, a session is over; a `cookie.maxAge` or `expires` of its own replaces it. It is counted from
   * `touched_at`, which is not sealed: write access to the database can prolong it, up to `absoluteTimeout`.
   * @defaultValue `'2h'`
   */
  idleTimeout?: Duration
  /**
   * As old as this, a session is over, whatever it did. It is counted from `created_at`, which is sealed: with `false`,
   * write access to the database can keep a session alive without limit. @defaultValue `'30d'`
   */
  absoluteTimeout?: Duration | false
  /** How stale the stored last use may be: at most one touch per session and interval. @defaultValue `'1m'` */
  touchInterval?: Duration
  /**
   * How long a request may wait for the database and the key provider, waiting for a connection, for locks and for
   * retries included; then it gets a 503. At most 10 minutes. @defaultValue `'5s'`
   */
  operationTimeout?: Duration
  /** How long the old id of a rotated session may still read it; see `rotateId`. @defaultValue `'30s'` */
  rotationOverlap?: Duration
  /** Deletion of sessions that are over, in the background. @defaultValue `{ interval: '15m', batchSize: 500 }` */
  trim?: false | TrimOption
  /** Apply our migrations at start. @defaultValue true for SQLite, false for servers */
  migrate?: boolean
  /** Who a session belongs to: well-formed text of 1 to 255 characters without NUL, or undefined for nobody. */
  user?: (session: Record<string, unknown>) => string | undefined
  /**
   * Sessions that a user may have: 1 to 1000. Whoever signs in beyond that ends others, see `evict`. Needs `user`.
   * @defaultValue any number
   */
  maxPerUser?: number
  /**
   * Which sessions end beyond `maxPerUser`: the oldest, those not used for longest, or none: with `'refuse'` the save that
   * would make one too many fails with `FST_STORED_SESSION_TOO_MANY`. @defaultValue `'oldest'`
   */
  evict?: Evict
  /**
   * Whether an error about what cannot be stored has its whole path, such as `byMail.get("ada@example.org").token`, and
   * not only the name at the top level. Logs have it then: paths may hold content. @defaultValue false; with the plugin
   * true where the variable NODE_ENV is `development`
   */
  errorPaths?: boolean
  /** How sessions become bytes. @defaultValue `'msgpack'` */
  serializer?: keyof typeof serializers | Serializer
  /** Bytes that a serialized session may have. @defaultValue 1048576 */
  maxBytes?: number
  /**
   * The name of the table, or a Drizzle table that has our columns under our property names. On PostgreSQL a name may
   * have a schema: `'auth.sessions'`; double quotes hold dots together: `'auth."web.sessions"'`. Upper and lower case
   * stay as they are written. @defaultValue `'stored_sessions'`
   */
  table?: string | Table
  /** Whether use prolongs a session that is only read. @defaultValue true */
  rolling?: boolean
}

/** The options of the store, checked and complete. */
export interface CheckedStoreOptions {
  readonly dialect: Dialect
  readonly database: string | DrizzleDatabase | SessionDatabase
  readonly keys: KeyProvider
  readonly limits: Limits
  /** Milliseconds. */
  readonly rotationOverlap: number
  readonly operationTimeout: number
  readonly trim: TrimSchedule | false
  readonly trimLock: TrimLock
  readonly migrate: boolean
  readonly bindToCookie: boolean
  /** Undefined for the table's name. */
  readonly namespace: string | undefined
  readonly compressAbove: number | false
  /** Epoch milliseconds; 0 for never. */
  readonly acceptUnencryptedUntil: number
  readonly warnKeyAge: number | false
  readonly user: StoreOptions['user']
  readonly maxPerUser: UserLimit | undefined
  readonly errorPaths: boolean
  readonly serializer: Serializer
  readonly maxBytes: number
  readonly table: string | Table
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
  'operationTimeout',
  'trim',
  'migrate',
  'user',
  'maxPerUser',
  'evict',
  'errorPaths',
  'serializer',
  'maxBytes',
  'table',
  'rolling',
] as const
