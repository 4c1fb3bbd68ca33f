import type { RowReseal, SessionRow } from '../contract/session-database.ts'

/**
 * Of changes that shared a statement, which ones were stored, by the rows as they are after it. Each sealed payload is
 * unique, so a row that has the payload of a change was changed by it.
 */
export function areStored(changes: readonly RowReseal[], rows: readonly SessionRow[]): (boolean | undefined)[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]))
  return changes.map((change) => isStored(change, byKey.get(keyOf(change))))
}

const keyOf = ({ sid }: Pick<SessionRow, 'sid'>) => sid.toString('latin1')

/** Undefined when the row has changed again, perhaps after this change and perhaps instead of it. */
function isStored({ data, version }: RowReseal, row: SessionRow | undefined): boolean | undefined {
  if (row?.data.equals(data)) return true
  const hasChangedAgain = row !== undefined && row.endedAt === null && row.version > version + 1
  return hasChangedAgain ? undefined : false
}
