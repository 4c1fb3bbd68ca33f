import { type TimeLimits, within } from '../../time/time-limits.ts'
import type { PgClient, PgResult } from './client.ts'
import { ownConversions } from './values.ts'

interface PgliteQueryable {
  query(text: string, values: unknown[], options: typeof OWN): Promise<PgliteResult>
  /** Runs a text that may hold several statements. */
  exec(text: string, options: typeof OWN): Promise<PgliteResult[]>
}

// Without them the parsers and serializers apply that the application may have given to the database.
const OWN = { rowMode: 'object', ...ownConversions }

/** The part of a PGlite database that is used. */
export interface Pglite extends PgliteQueryable {
  transaction(work: (transaction: PgliteQueryable) => Promise<void>): Promise<void>
}

interface PgliteResult {
  readonly rows: Record<string, unknown>[]
  readonly affectedRows?: number
}

/**
 * Speaks through PGlite that the application opened, and closes nothing. It is PostgreSQL inside of this process, so
 * there is one connection, and nothing that could cancel a statement.
 */
export function pgliteClient(database: Pglite, timeLimits: TimeLimits): PgClient {
  return {
    query: (text, values, isBulk) =>
      within(isBulk ? timeLimits.bulk : timeLimits.request, database.query(text, values, OWN).then(toResult)),
    transaction: (work) =>
      database.transaction((transaction) =>
        work(async (text, values) =>
          toResult(values ? await transaction.query(text, values, OWN) : (await transaction.exec(text, OWN)).at(-1)!),
        ),
      ),
    isSingle: true,
    close: async () => {},
  }
}

const toResult = ({ rows, affectedRows }: PgliteResult): PgResult => ({ rows, count: affectedRows || rows.length })
