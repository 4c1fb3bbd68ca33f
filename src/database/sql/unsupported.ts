/** Of an error of our own: locks by name are those of the node that was asked, and its cluster has several. */
export const LOCKS_OF_ONE_NODE = 'LOCKS_OF_ONE_NODE'

// Of PostgreSQL and what speaks its protocol: no such function, and a feature that is not supported. Of MySQL the same.
const UNSUPPORTED = new Set(['42883', '0A000', 'ER_SP_DOES_NOT_EXIST', 'ER_NOT_SUPPORTED_YET', LOCKS_OF_ONE_NODE])

/** Whether a database does not know a function or a kind of statement, and so will not the next time either. */
export function isUnsupported(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } }
  return UNSUPPORTED.has(String(code)) || UNSUPPORTED.has(String(cause?.code))
}
