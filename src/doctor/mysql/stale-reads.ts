import { missingWait, settingOf } from '../../database/mysql/waits.ts'
import { type Found, fault, warning } from '../findings/finding.ts'
import type { Query } from '../findings/inspection.ts'

/** Whether a read sees what was acknowledged: members of a cluster, and proxies that know statements, may return old rows. */
export async function findStaleReads(query: Query, isUrl: boolean): Promise<Found[]> {
  return [...(await ofCluster(query, isUrl)), ...(await ofProxy(query))]
}

async function ofCluster(query: Query, isUrl: boolean): Promise<Found[]> {
  const missing = await missingWait(async (text) => ({ rows: await query(text), count: 0 }))
  if (!missing) return []
  const message = `the server is one of several members of a cluster, and reads do not wait for the others (${missing.variable})`
  // The store sets it for a URL, unless the URL turns it off.
  if (isUrl) return [warning(message, `Remove ${missing.variable} from the URL, unless all processes use one member`)]
  return [fault(message, `Run "${settingOf(missing)}" on every connection of the pool, or pass a URL`)]
}

/** What ProxySQL answers to this statement by itself, as clients of the command line ask it. */
const ASK_PROXYSQL = 'select @@version_comment limit 1'

async function ofProxy(query: Query): Promise<Found[]> {
  const [row] = await query(ASK_PROXYSQL)
  if (Object.values(row ?? {}).some((comment) => /proxysql/i.test(String(comment))))
    return [behind('ProxySQL', 'Add no query rule that sends SELECT statements of the session tables to a replica')]
  const isMaxscale = await query('select @@maxscale_version').then(
    () => true,
    () => false,
  )
  if (!isMaxscale) return []
  return [behind('MaxScale', 'Use the router readconnroute with router_options=primary, or causal_reads=universal')]
}

const behind = (proxy: string, remedy: string) =>
  warning(`${proxy} is between application and server, and may send reads to replicas that lag`, remedy)
