import type { createPool, PoolOptions } from 'mysql2/promise'
import type { TimeLimits } from '../../time/time-limits.ts'
import type { MysqlClient } from './client.ts'
import { nodesClient } from './failover.ts'
import { Node } from './node.ts'
import { ownPool, ownPoolClient } from './own-pool.ts'
import { mysqlTargetOf } from './url/target.ts'
import { waitsOf } from './waits.ts'

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
  const { selector, max, connectTimeout = timeLimits.request } = settings
  const options: PoolOptions = {
    connectionLimit: max ?? connectionLimit,
    connectTimeout: Math.min(connectTimeout, timeLimits.request) / places.length,
  }
  const pools = places.map((place) => create({ ...options, ...place }))
  const waits = waitsOf(settings)
  if (pools.length === 1 && waits.every(({ isRequired }) => !isRequired))
    return ownPoolClient(pools[0]!, timeLimits, waits)
  const share = timeLimits.request / pools.length
  const nodes = pools.map((pool) => new Node(ownPool(pool, timeLimits), share, waits))
  return nodesClient(nodes, selector, timeLimits)
}
