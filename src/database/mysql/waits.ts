import { InvalidOptionsError } from '../../errors.ts'
import type { MysqlClient, MysqlResult } from './client.ts'
import type { ClusterSettings } from './url/cluster-settings.ts'

type Query = (text: string) => Promise<MysqlResult>

/** What a statement on a node of a cluster waits for. */
export interface Wait {
  readonly variable: 'wsrep_sync_wait' | 'group_replication_consistency'
  readonly value: string
  /** Whether the URL sets it, so that a server that knows nothing of it is refused. */
  readonly isRequired: boolean
}

/** Reading, updating and inserting: no statement of ours goes by what a node has not yet taken over from the others. */
const ALL_STATEMENTS = 7
const BEFORE = 'BEFORE'
const WAITING = [BEFORE, 'AFTER', 'BEFORE_AND_AFTER']

const UNKNOWN_VARIABLE = 1193

/**
 * What our connections wait for. A server alone does not wait, so that it can be set everywhere: a load balancer may lead
 * each connection to another node, and a node may join the cluster later.
 */
export function waitsOf({ syncWait, consistency }: ClusterSettings): Wait[] {
  return [
    { variable: 'wsrep_sync_wait', value: String(syncWait ?? ALL_STATEMENTS), isRequired: syncWait !== undefined },
    {
      variable: 'group_replication_consistency',
      value: consistency ?? BEFORE,
      isRequired: consistency !== undefined,
    },
  ]
}

/** The statement that sets it for a connection. */
export const settingOf = ({ variable, value }: Pick<Wait, 'variable' | 'value'>) =>
  `set session ${variable} = ${/^\d+$/.test(value) ? value : `'${value}'`}`

/** Whether a server refused a variable that it does not know. */
export const isUnknown = (error: unknown) => (error as { errno?: number }).errno === UNKNOWN_VARIABLE

/**
 * Refuses connections of the application that read stale rows.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
 */
export async function refuseStaleReads(client: MysqlClient): Promise<void> {
  const missing = await missingOn(client)
  if (!missing) return
  throw new InvalidOptionsError(
    `database leads to one of several members of a cluster, and its connections read what other members have already changed. Run "${settingOf(missing)}" on every connection of the pool (pool.on('connection', …)), set ${missing.variable} in the configuration of the servers, or pass a URL`,
  )
}

/** What a URL turned off, for the operator. */
export async function staleReads(client: MysqlClient): Promise<string[]> {
  const missing = await missingOn(client)
  if (!missing) return []
  return [
    `the database is one of several members of a cluster, and the URL turns ${missing.variable} off: a session that ended at another member may be read, and changes may be lost. Remove ${missing.variable} from the URL, unless all processes use the same member`,
  ]
}

async function missingOn(client: MysqlClient) {
  let missing: Pick<Wait, 'variable' | 'value'> | undefined
  await client.withConnection(async (query) => {
    missing = await missingWait(query)
  })
  return missing
}

/**
 * The variable without which a connection reads stale rows, and a value with which it waits; undefined where it waits, or
 * where the server has no other members.
 */
export async function missingWait(query: Query): Promise<Pick<Wait, 'variable' | 'value'> | undefined> {
  const { rows } = await query(
    `show variables where variable_name in ('wsrep_on', 'wsrep_sync_wait', 'group_replication_consistency', 'group_replication_group_name')`,
  )
  const said = new Map(rows.map((row) => [String(row.Variable_name), String(row.Value)]))
  const waited = Number(said.get('wsrep_sync_wait')) & ALL_STATEMENTS
  if (said.get('wsrep_on') === 'ON' && waited !== ALL_STATEMENTS && (await galeraSize(query)) > 1)
    return { variable: 'wsrep_sync_wait', value: String(ALL_STATEMENTS) }
  const isWaiting = WAITING.includes(said.get('group_replication_consistency') ?? '')
  if (said.get('group_replication_group_name') && !isWaiting && (await groupSize(query)) > 1)
    return { variable: 'group_replication_consistency', value: BEFORE }
  return undefined
}

async function galeraSize(query: Query): Promise<number> {
  const { rows } = await query("show global status like 'wsrep_cluster_size'")
  return Number(rows[0]?.Value ?? 1)
}

/** The members that are online. An account without the right to see them may be in a group of any size. */
async function groupSize(query: Query): Promise<number> {
  try {
    const { rows } = await query(
      `select count(*) as size from performance_schema.replication_group_members where member_state = 'ONLINE'`,
    )
    return Number(rows[0]?.size)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
