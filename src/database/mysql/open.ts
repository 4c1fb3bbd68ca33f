import type { createPool, PoolOptions } from 'mysql2/promise'
import type { TimeLimits } from '../../time/time-limits.ts'
import type { MysqlClient } from './client.ts'
import { nodesClient } from './failover.ts'
import { Node, type SyncWait } from './node.ts'
import { ownPool, ownPoolClient } from './own-pool.ts'
import { mysqlTargetOf } from './target.ts'

/** Reading, updating and inserting: no statement of ours goes by what a node has not yet taken over from the others. */
const ALL_STATEMENTS = 7

/**
 * Opens a URL that `recogniseDatabase` found right.
 *
 * @param create - the driver's
 * @param connectionLimit - connections with each host, unless the URL says how many
 */
export function openMysqlUrl(
  create: typeof createPool,
  url: string,
  connectionLimit: number,
  timeLimits: TimeLimits,
): MysqlClient {
  const { places, settings } = mysqlTargetOf(url)
  const { syncWait, selector, max, connectTimeout = timeLimits.request } = settings
  const options: PoolOptions = {
    connectionLimit: max ?? connectionLimit,
    connectTimeout: Math.min(connectTimeout, timeLimits.request) / places.length,
  }
  const pools = places.map((place) => create({ ...options, ...place }))
  if (pools.length === 1 && syncWait === undefined) return ownPoolClient(pools[0]!, timeLimits)
  const wait: SyncWait = { value: syncWait ?? ALL_STATEMENTS, isRequired: syncWait !== undefined }
  const share = timeLimits.request / pools.length
  const nodes = pools.map((pool) => new Node(ownPool(pool, timeLimits), share, wait))
  return nodesClient(nodes, selector, timeLimits)
}
