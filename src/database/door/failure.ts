import { ReplacedFileError, UnavailableError, UnstorableError } from '../../errors.ts'

/** The error that callers get for the failure of a statement. */
export function failureOf(error: unknown): Error {
  if (error instanceof UnavailableError || error instanceof ReplacedFileError) return error
  const cause = withoutParameters(error)
  return isUnstorableText(error)
    ? new UnstorableError('user', NO_SUCH_TEXT, 'user', { cause })
    : new UnavailableError({ cause })
}

const NO_SUCH_TEXT =
  'the encoding of the database, or of the column of the users, cannot hold this user id; use a database in UTF8 (PostgreSQL), or a column in utf8mb4 (MySQL)'

// PostgreSQL: no such character in the encoding. MySQL and MariaDB: no conversion of the value to that of the column.
const NO_SUCH_CHARACTER = new Set([
  '22P05',
  '22021',
  'ER_CANNOT_CONVERT_STRING',
  'ER_IMPOSSIBLE_STRING_CONVERSION',
  'ER_CANT_AGGREGATE_2COLLATIONS',
])

/** Whether a text has no form in the encoding of its column, which only user ids can lack. */
function isUnstorableText(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: string }
  if (NO_SUCH_CHARACTER.has(String(code))) return true
  return code === 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD' && /incorrect string value/i.test(String(message))
}

/** Makes a function about the rows of a user return this when the database cannot hold such a user: there are none. */
export const orNone =
  <Args extends unknown[], Result>(run: (...args: Args) => Promise<Result>, none: Result) =>
  (...args: Args): Promise<Result> =>
    run(...args).catch((error) => (error instanceof UnstorableError ? none : Promise.reject(error)))

/**
 * A driver's error, safe to show to an operator: its code and its message, without the values that drivers quote in the
 * message, and without the statement and the parameters that they attach.
 */
export function withoutParameters(error: unknown): Error {
  const { name, message, code } = error as Error & { code?: unknown }
  const plain = String(message || code || name).replaceAll(/'[^']*'|"[^"]*"|`[^`]*`|\\x[0-9a-f]+/gi, '…')
  return Object.assign(new Error(plain), typeof code === 'string' ? { code } : {})
}
