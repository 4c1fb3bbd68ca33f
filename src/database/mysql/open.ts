import type { createPool, PoolOptions } from 'mysql2/promise'
import type { TimeLimits } from '../../time/time-limits.ts'
import { type HostList, hostList } from '../url/host-list.ts'
import type { MysqlClient } from './client.ts'
import { nodesClient } from './failover.ts'
import { Node, type SyncWait } from './node.ts'
import { ownPool, ownPoolClient } from './own-pool.ts'
import { urlSettings } from './url-settings.ts'

/** Reading, updating and inserting: no statement of ours goes by what a node has not yet taken over from the others. */
const ALL_STATEMENTS = 7

/**
 * Opens a URL that `recogniseDatabase` found right.
 *
 * @param create - the driver's
 * @param connectionLimit - connections with each host
 */
export function openMysqlUrl(
  create: typeof createPool,
  url: string,
  connectionLimit: number,
  timeLimits: TimeLimits,
): MysqlClient {
  const { urls } = hostList(url) as HostList
  const settings = urls.map(urlSettings)
  const { syncWait, selector } = settings[0]!
  const options: PoolOptions = { connectionLimit, connectTimeout: timeLimits.request / urls.length }
  const pools = settings.map(({ uri }) => create({ ...options, uri }))
  if (pools.length === 1 && syncWait === undefined) return ownPoolClient(pools[0]!, timeLimits)
  const wait: SyncWait = { value: syncWait ?? ALL_STATEMENTS, isRequired: syncWait !== undefined }
  const share = timeLimits.request / pools.length
  const nodes = pools.map((pool) => new Node(ownPool(pool, timeLimits), share, wait))
  return nodesClient(nodes, selector, timeLimits)
}
