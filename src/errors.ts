import createError from '@fastify/error'

/** Seconds after which a client may retry: the store uses a recovered database again within this time. */
const RETRY_AFTER_S = 2

/** A temporary error. Fastify sends the `headers` of an error with its response. */
function passing(code: string, message: string) {
  const PassingError = createError(code, message, 503)
  // Not enumerable, so that log lines do not repeat it.
  Object.defineProperty(PassingError.prototype, 'headers', { value: { 'retry-after': String(RETRY_AFTER_S) } })
  return PassingError
}

/** Options that cannot work: the message lists every fault with its fix. Thrown at registration. */
export const InvalidOptionsError = createError('FST_STORED_SESSION_INVALID_OPTIONS', 'stored-session: %s', 500)

/** The database URL needs a driver that is not installed; the message names the package. Thrown at registration. */
export const MissingDriverError = createError(
  'FST_STORED_SESSION_MISSING_DRIVER',
  'stored-session: %s databases need the package "%s"; install it: npm install %s',
  500,
)

/** The sessions table is missing or lacks columns; the message names the command. Thrown at registration. */
export const MissingTableError = createError('FST_STORED_SESSION_MISSING_TABLE', 'stored-session: %s', 500)

/**
 * A setting of the server, the database, the role or the connection would make sessions be lost in silence; the message
 * names it and the fix. Thrown at registration.
 */
export const WrongSettingsError = createError('FST_STORED_SESSION_WRONG_SETTINGS', 'stored-session: %s', 500)

/** The file of a SQLite database is not the one that the process has open. `health()` reports it. */
export const ReplacedFileError = createError(
  'FST_STORED_SESSION_FILE_REPLACED',
  'stored-session: the file of the database was removed or replaced while this process has it open, so sessions are lost when the process ends. Put the file back, or restart the process',
  500,
)

/** A migration failed; it can be repeated. */
export const MigrationError = createError(
  'FST_STORED_SESSION_MIGRATION_FAILED',
  'stored-session: migrating the table "%s" failed (%s). Nothing is lost: correct the cause and run it again.',
  500,
)

/** Key material that cannot be used: wrong length, weak, duplicated, none. Thrown at registration. */
export const InvalidKeyError = createError('FST_STORED_SESSION_INVALID_KEY', 'stored-session: %s', 500)

/**
 * The database or the key provider failed, or did not answer in time. The same cookie works afterwards, unless the call
 * was `destroy()`, `regenerate()` or `rotateId()`: such a call may have taken effect all the same.
 */
export const UnavailableError = passing(
  'FST_STORED_SESSION_UNAVAILABLE',
  'The session store is not available at the moment; try again shortly',
)

/** More requests wait for the database than it could serve in time, so this one was rejected immediately. */
export const OverloadedError = passing(
  'FST_STORED_SESSION_OVERLOADED',
  'Too many requests are waiting for the session store; try again shortly',
)

/** The session is larger than `maxBytes`. Nothing was written, and the stored session keeps its previous content. */
export const SessionTooLargeError = createError(
  'FST_STORED_SESSION_TOO_LARGE',
  'The session takes %d bytes, %d more than maxBytes (%d) allows; store less in it, or raise maxBytes',
  500,
)

/** With `evict: 'refuse'`: the user has `maxPerUser` sessions already, so this one was not stored for the user. */
export const TooManySessionsError = createError(
  'FST_STORED_SESSION_TOO_MANY',
  'This user has %d sessions, which is the limit; sign out of one of them first',
  403,
)

/** The error without its path and reason. */
const PlainUnstorableError = createError(
  'FST_STORED_SESSION_UNSTORABLE',
  'The session cannot be stored, so nothing was written%s',
  500,
)

interface UnstorableDetails {
  /** Added to the message. Clients get it, so it must not name any content. */
  readonly detail?: string
  readonly cause?: unknown
}

/**
 * A value, a name or a cookie that cannot be stored. Nothing was written. Clients get only the message; logs also get
 * `path` and `reason`.
 *
 * @example
 * ```ts
 * app.setErrorHandler((error, request, reply) => {
 *   if (error instanceof UnstorableError) request.log.error({ path: error.path, reason: error.reason })
 *   return reply.send(error)
 * })
 * ```
 */
export class UnstorableError extends PlainUnstorableError {
  /** The name at the top level of the session. Deeper names may be content, such as an address. */
  path: string
  /** The reason, without any content. */
  readonly reason: string
  readonly #wholePath: string

  /** @internal */
  constructor(path: string, reason: string, wholePath = path, { detail = '', cause }: UnstorableDetails = {}) {
    super(detail, ...(cause === undefined ? [] : [{ cause }]))
    this.path = path
    this.reason = reason
    this.#wholePath = wholePath
  }

  /** Sets `path` to the whole path, such as `cart.items[2].price`: for logs that only developers read. @internal */
  showWholePath(): void {
    this.path = this.#wholePath
  }
}

/** A function of the option `merge` failed for a key, or its result cannot be stored. Nothing was written. */
export const MergeError = createError(
  'FST_STORED_SESSION_MERGE_FAILED',
  'The changes of two requests could not be merged, because the function merge.%s failed (%s); nothing was written. Correct the function, and try again',
  500,
)

/** `update()` found no session to change: it has expired or ended, or has another id or user by now. Nothing was written. */
export const EndedError = createError(
  'FST_STORED_SESSION_ENDED',
  'The session has ended, so it was not changed; sign in again',
  409,
)

/**
 * The database did not confirm in time that the old session ended, so `regenerate()` began no new session. The old
 * session may have ended, or may end later: then its cookie gives an empty session, and the user signs in again. The
 * two are never both valid.
 */
export const RegenerateError = passing(
  'FST_STORED_SESSION_NOT_REGENERATED',
  'The session was not regenerated, because the database did not confirm that the old one ended; try again shortly, or sign in again',
)

/** The row of a rotated id does not open, so its session cannot be found. Nothing was ended. */
export const LostRotationError = createError(
  'FST_STORED_SESSION_LOST_ROTATION',
  'The id of this session was replaced, and the row that names the new id cannot be decrypted; no session was ended. Use the current handle of the session, or restore the key that sealed the row',
  500,
)

/** An invalid handle or cursor. It may come from a browser, so the client gets the message. */
export const InvalidHandleError = createError('FST_STORED_SESSION_INVALID_HANDLE', 'stored-session: %s', 400)

/**
 * A browser sent no valid proof of its device. Its session stays as it is. A browser that gets this when it renews a
 * proof forgets the key of its device.
 */
export const InvalidProofError = createError(
  'FST_STORED_SESSION_INVALID_PROOF',
  'The proof of the device is not valid; sign in again',
  400,
)

/** Too many proofs of one address failed within a minute. */
export const TooManyProofsError = createError(
  'FST_STORED_SESSION_TOO_MANY_PROOFS',
  'Too many proofs of devices failed; try again in a minute',
  429,
)

/** The database could not be opened or queried at start. Thrown at registration. */
export const UnreachableError = createError(
  'FST_STORED_SESSION_UNREACHABLE',
  'stored-session: the session database could not be used (%s). Check the database option, that the server runs, and that its user may connect',
  503,
)

/** The sessions of another store cannot be read for an import. Sessions that were already imported stay. */
export const SourceError = createError(
  'FST_STORED_SESSION_IMPORT_SOURCE',
  'stored-session: the sessions to be imported cannot be read (%s). Check the URL, the table, and that its user may read it',
  500,
)
