/** The code of our own error: a named lock belongs to the node that was asked, and its cluster has several nodes. */
export const LOCKS_OF_ONE_NODE = 'LOCKS_OF_ONE_NODE'

/** The code of our own error: the database has no locks that all of its processes share. */
export const NO_LOCKS = 'NO_LOCKS'

// PostgreSQL and compatible servers: unknown function, unsupported feature. MySQL: the same.
const UNSUPPORTED = new Set([
  '42883',
  '0A000',
  'ER_SP_DOES_NOT_EXIST',
  'ER_NOT_SUPPORTED_YET',
  LOCKS_OF_ONE_NODE,
  NO_LOCKS,
])

/** Whether a database lacks a function or a kind of statement, so that a retry cannot succeed. */
export function isUnsupported(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } }
  return UNSUPPORTED.has(String(code)) || UNSUPPORTED.has(String(cause?.code))
}
