import { type SQL, sql } from 'drizzle-orm'
import type { SessionsTable } from '../sql/statements.ts'
import { columnNames, value } from '../sql/statements.ts'

/*
 * SQLite rewrites an index whenever an UPDATE names its column, also when the value stays. What is the same in nearly
 * every save and touch is therefore a condition first: user, key, and the hour of trimming. That halves the time of an
 * update. A row that does not meet it goes through the statement that sets them.
 */

/** An update for a row whose indexed columns stay as they are. */
export function updateLeavingIndexes(table: SessionsTable): SQL {
  const { data, version, userId, touchedAt, expiresAt, trimAt, keyId, sid, endedAt, metadata, binding } =
    columnNames(table)
  return sql`update ${table} set ${data} = ${value('data')}, ${version} = ${version} + 1,
    ${touchedAt} = ${value('touchedAt')}, ${expiresAt} = ${value('expiresAt')},
    ${metadata} = ${value('metadata')}, ${binding} = ${value('binding')}
    where ${sid} = ${value('sid')} and ${version} = ${value('version')} and ${endedAt} is null
    and ${expiresAt} > ${value('now')} and ${trimAt} = ${value('trimAt')} and ${userId} is ${value('userId')}
    and ${keyId} is ${value('keyId')}`
}

/** A touch for a row whose hour of trimming stays as it is. */
export function touchLeavingIndexes(table: SessionsTable): SQL {
  const { version, touchedAt, expiresAt, trimAt, sid, endedAt, metadata } = columnNames(table)
  return sql`update ${table} set ${touchedAt} = ${value('touchedAt')}, ${expiresAt} = ${value('expiresAt')},
    ${metadata} = ${value('metadata')}
    where ${sid} = ${value('sid')} and ${version} = ${value('version')} and ${endedAt} is null
    and ${expiresAt} > ${value('touchedAt')} and ${touchedAt} < ${value('touchedAt')}
    and ${trimAt} = ${value('trimAt')}`
}
