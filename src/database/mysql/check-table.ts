import { missingTable } from '../sql/missing-table.ts'
import type { Statement } from '../sql/statements.ts'

const UNDEFINED_TABLE = 1146
const UNDEFINED_COLUMN = 1054

/** Whether a statement failed because a table does not exist. */
export const isMissingTable = (error: unknown) => (error as { errno?: number }).errno === UNDEFINED_TABLE

/**
 * Runs a statement that names all columns of a table.
 * @throws `FST_STORED_SESSION_MISSING_TABLE`
 */
export async function checkTable(
  run: (statement: Statement, values: object) => Promise<unknown>,
  statement: Statement,
  name: string,
): Promise<void> {
  try {
    await run(statement, {})
  } catch (error) {
    if (isMissingTable(error)) throw missingTable(name, 'is missing')
    const { errno } = error as { errno?: number }
    if (errno === UNDEFINED_COLUMN) throw missingTable(name, 'lacks a column that this release needs')
    throw error
  }
}
