import type { DatabaseName } from '../../test/harness/selection.ts'
import type { Place } from '../servers.ts'
import type { Statements } from './quantities.ts'

/** Statements by kind, as a server counts them. Those that trim or look are not among them where it can tell. */
export type StatementCount = Statements

const KINDS = ['select', 'insert', 'update'] as const

/** What kind of statement of a request this is, if it is one: only those read the payload. */
export function kindOf(text: string): keyof Statements | undefined {
  const kind = KINDS.find((name) => text.slice(0, name.length).toLowerCase() === name)
  return kind === 'select' && !text.includes('"data"') ? undefined : kind
}

/** How to ask a server for its counts; on PostgreSQL it has to be started with the module that counts. */
export async function serverCount(
  name: DatabaseName,
  place: Place,
): Promise<() => Promise<StatementCount | undefined>> {
  if (name !== 'postgres') return () => mysqlCount(place)
  const counts = await place
    .query('CREATE EXTENSION pg_stat_statements')
    .then(() => postgresCount(place))
    .then(
      () => true,
      () => false,
    )
  return async () => (counts ? postgresCount(place) : undefined)
}

async function postgresCount(place: Place): Promise<StatementCount> {
  const rows = await place.query(`SELECT query, calls FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
    WHERE datname = current_database()`)
  const count = { select: 0, insert: 0, update: 0 }
  for (const { query, calls } of rows) {
    const kind = kindOf(String(query).trim())
    if (kind) count[kind] += Number(calls)
  }
  return count
}

// The whole server's: nobody else may use it meanwhile.
async function mysqlCount(place: Place): Promise<StatementCount> {
  const rows = await place.query(`SHOW GLOBAL STATUS WHERE Variable_name IN
    ('Com_select', 'Com_insert', 'Com_update', 'Com_update_multi')`)
  const of = (name: string) => Number(rows.find((row) => row.Variable_name === name)?.Value ?? 0)
  return { select: of('Com_select'), insert: of('Com_insert'), update: of('Com_update') + of('Com_update_multi') }
}
