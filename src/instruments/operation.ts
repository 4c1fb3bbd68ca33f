/** The operations of the store on the database, by the names of their tracing channels. */
export const operationNames = ['read', 'write', 'touch', 'delete', 'trim', 'reencrypt', 'migrate'] as const

/**
 * The name of an operation of the store on the database, as in the names of its tracing channels.
 *
 * @useDeclaredType
 */
export type OperationName = (typeof operationNames)[number]

/** The table that an operation or an event belongs to. */
export interface Source {
  /** The name of the table. */
  readonly table: string
  /** The SQL dialect. */
  readonly dialect: 'pg' | 'mysql' | 'sqlite'
}

/** The reason why an operation failed. It has only codes, because messages may quote confidential values. */
export interface OperationFault {
  /** The same for every fault. */
  readonly name: 'StoredSessionFault'
  /** The codes as text. */
  readonly message: string
  /** The code of the error that the caller received: `FST_STORED_SESSION_*`. */
  readonly code: string
  /** The code of the cause, for example of the driver's error. */
  readonly cause?: string
}

/**
 * One operation, as channels and listeners see it. It is one object from beginning to end, and the results are added at
 * the end. It holds no session id, no content, no key, no user and no address.
 */
export interface SessionOperation {
  /** The name of the table. */
  readonly table: string
  /** The SQL dialect: PostgreSQL, MySQL and MariaDB, or SQLite. */
  readonly dialect: Source['dialect']
  /** The hashed session id, `2::<64 hex>`; absent where an operation concerns several sessions, or none. */
  readonly sid?: string
  /** Absent until the end; `'failed'` when `error` has the reason. */
  outcome?: string
  /** The time from beginning to end, in milliseconds. */
  durationMs?: number
  /** The part of `durationMs` spent waiting for the database, with the wait for a shared statement. */
  databaseMs?: number
  /** The part of `durationMs` spent sealing and opening, with the requests for keys. */
  cryptoMs?: number
  /** The size of the sealed payload that was read or written, in bytes. */
  bytes?: number
  /** Sessions that the same statement read or changed, with this one. */
  shared?: number
  /** The number of sessions of an operation on several. */
  sessions?: number
  /** Why the operation failed; absent until the end, and after a success. */
  error?: OperationFault
}

/**
 * An operation of one kind, with its possible outcomes.
 *
 * @typeParam Outcome - the outcomes of this kind, besides `'failed'`
 */
export type OperationOf<Outcome extends string> = SessionOperation & {
  /** Absent until the end; `'failed'` when `error` has the reason. */
  outcome?: Outcome | 'failed'
}

const CODE = /^[\w-]{1,64}$/

/** The part of an error that may be published. */
export function faultOf(error: unknown): OperationFault {
  const code = codeOf(error) ?? 'unknown'
  const cause = codeOf((error as Error | undefined)?.cause)
  const message = cause ? `${code}, caused by ${cause}` : code
  return { name: 'StoredSessionFault', message, code, ...(cause ? { cause } : {}) }
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' && CODE.test(code) ? code : undefined
}
