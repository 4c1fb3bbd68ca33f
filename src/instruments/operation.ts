/** What the store does with the database, each under the name of its tracing channel. */
export const operationNames = ['read', 'write', 'touch', 'delete', 'trim', 'reencrypt', 'migrate'] as const

export type OperationName = (typeof operationNames)[number]

/** Which table an operation or an event belongs to. */
export interface Source {
  /** The name of the table. */
  readonly table: string
  readonly dialect: 'pg' | 'mysql' | 'sqlite'
}

/** Why an operation failed, by codes alone: messages may quote what nobody should see. */
export interface OperationFault {
  readonly name: 'StoredSessionFault'
  /** The codes, for people. */
  readonly message: string
  /** Of the error that its caller got: `FST_STORED_SESSION_*`. */
  readonly code: string
  /** Of the driver, or of whatever else was the cause. */
  readonly cause?: string
}

/**
 * One operation, as channels and listeners see it: an object from its beginning to its end, and filled when it ends. It
 * holds no session id, no content, no key, no user and no address.
 */
export interface SessionOperation {
  readonly table: string
  readonly dialect: Source['dialect']
  /** The hashed session id, `2::<64 hex>`; absent where an operation concerns several sessions, or none. */
  readonly sid?: string
  /** Absent until the end; `'failed'` when `error` says why. */
  outcome?: string
  /** From beginning to end, in milliseconds. */
  durationMs?: number
  /** Of these in waiting for the database, with waiting for others to share a statement with. */
  databaseMs?: number
  /** Of these in sealing and opening, with asking for keys. */
  cryptoMs?: number
  /** Of the sealed payload that was read or written. */
  bytes?: number
  /** Sessions that the same statement read or changed, this one included. */
  shared?: number
  /** Sessions that an operation on several concerned. */
  sessions?: number
  error?: OperationFault
}

/** An operation of a kind, with the outcomes that it may have. */
export type OperationOf<Outcome extends string> = SessionOperation & { outcome?: Outcome | 'failed' }

const CODE = /^[\w-]{1,64}$/

/** What may be seen of an error. */
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
