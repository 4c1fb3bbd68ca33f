import createError from '@fastify/error'

/** Options that cannot work: the message lists every fault with its fix. Thrown at registration. */
export const InvalidOptionsError = createError('FST_STORED_SESSION_INVALID_OPTIONS', 'stored-session: %s', 500)

/** The database URL asks for a driver that is not installed; the message names the package. Thrown at registration. */
export const MissingDriverError = createError(
  'FST_STORED_SESSION_MISSING_DRIVER',
  'stored-session: %s databases need the package "%s"; install it: npm install %s',
  500,
)

/** The sessions table is missing or lacks columns; the message names the command. Thrown at registration. */
export const MissingTableError = createError('FST_STORED_SESSION_MISSING_TABLE', 'stored-session: %s', 500)

/** A migration failed; it can be repeated. */
export const MigrationError = createError(
  'FST_STORED_SESSION_MIGRATION_FAILED',
  'stored-session: migrating the table "%s" failed (%s). Nothing is lost: correct the cause and run it again.',
  500,
)

/** Key material that cannot be used: wrong length, weak, duplicated, none. Thrown at registration. */
export const InvalidKeyError = createError('FST_STORED_SESSION_INVALID_KEY', 'stored-session: %s', 500)

/** The database did not answer or refused. Nothing was lost; the same cookie works afterwards. */
export const UnavailableError = createError(
  'FST_STORED_SESSION_UNAVAILABLE',
  'The session store is not available at the moment; try again shortly',
  503,
)

/** The session is larger than `maxBytes`; nothing was written, the stored session keeps its former content. */
export const SessionTooLargeError = createError(
  'FST_STORED_SESSION_TOO_LARGE',
  'The session takes %d bytes, %d more than maxBytes (%d) allows; store less in it, or raise maxBytes',
  500,
)

/** A value or key that cannot be stored, named by its path; nothing was written. */
export const UnstorableError = createError('FST_STORED_SESSION_UNSTORABLE', 'The session cannot be stored: %s: %s', 500)

/** The old session could not be ended, so the new one of `regenerate()` was not begun: exactly one stays valid. */
export const RegenerateError = createError(
  'FST_STORED_SESSION_NOT_REGENERATED',
  'The session was not regenerated, because the old one could not be ended; try again shortly',
  503,
)

/** The database could not be opened or asked at start. Thrown at registration. */
export const UnreachableError = createError(
  'FST_STORED_SESSION_UNREACHABLE',
  'stored-session: the session database could not be used (%s). Check the database option, that the server runs, and that its user may connect',
  503,
)
