import type { MysqlClient } from './client.ts'

/** "Can't create more than max_prepared_stmt_count statements": the statement had no effect. */
const TOO_MANY_PREPARED = 1461
/** After this time a statement is prepared again, in milliseconds. */
const PAUSE_MS = 60_000

const WARNING =
  'the server accepts no more prepared statements (max_prepared_stmt_count), so statements are sent unprepared, which takes more time. Find who prepares so many (SHOW GLOBAL STATUS LIKE "Prepared_stmt_count"), or raise the limit: SET GLOBAL max_prepared_stmt_count = 65536'

/** Sends statements unprepared while the server, which may be shared with others, accepts no more prepared ones. */
export function unpreparedAtNeed(client: MysqlClient, warn: (message: string) => void): MysqlClient {
  let preparesAt = 0
  let hasWarned = false

  /** Whether to send a statement again, unprepared. It had no effect. */
  function isRefused(error: unknown): boolean {
    if ((error as { errno?: number }).errno !== TOO_MANY_PREPARED) return false
    preparesAt = performance.now() + PAUSE_MS
    if (!hasWarned) warn(WARNING)
    hasWarned = true
    return true
  }

  const { executeIf } = client
  return {
    ...client,
    execute(text, values = [], isBulk) {
      const again = () => client.execute(withValues(text, values), undefined, isBulk)
      if (performance.now() < preparesAt) return again()
      return client.execute(text, values, isBulk).catch((error) => (isRefused(error) ? again() : Promise.reject(error)))
    },
    ...(executeIf && {
      executeIf(text, values = [], isRight) {
        const again = () => executeIf(withValues(text, values), undefined, isRight)
        if (performance.now() < preparesAt) return again()
        return executeIf(text, values, isRight).catch((error) => (isRefused(error) ? again() : Promise.reject(error)))
      },
    }),
  }
}

const QUOTED_OR_PLACEHOLDER = /`(?:[^`]|``)*`|'(?:[^']|'')*'|\?/g

/**
 * Puts the values of a statement into its text. Texts and bytes are hexadecimal, so that no content can end a literal,
 * whatever `sql_mode` and the character set of the connection are.
 */
export function withValues(text: string, values: readonly unknown[]): string {
  let next = 0
  return text.replaceAll(QUOTED_OR_PLACEHOLDER, (part) => (part === '?' ? literal(values[next++]) : part))
}

function literal(value: unknown): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value === 'string') return `_utf8mb4 X'${Buffer.from(value).toString('hex')}'`
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`
  throw new TypeError(`a statement has a value of the type ${typeof value}`)
}
