import type { createPool, PoolOptions } from 'mysql2/promise'
import { type HostList, hostList } from '../host-list.ts'
import type { Patience } from '../patience.ts'
import type { MysqlClient } from './client.ts'
import { Node, type SyncWait } from './node.ts'
import { nodesClient } from './nodes.ts'
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
  patience: Patience,
): MysqlClient {
  const { urls } = hostList(url) as HostList
  const settings = urls.map(urlSettings)
  const { syncWait, selector } = settings[0]!
  const options: PoolOptions = { connectionLimit, connectTimeout: patience.request / urls.length }
  const pools = settings.map(({ uri }) => create({ ...options, uri }))
  if (pools.length === 1 && syncWait === undefined) return ownPoolClient(pools[0]!, patience)
  const wait: SyncWait = { value: syncWait ?? ALL_STATEMENTS, isRequired: syncWait !== undefined }
  const share = patience.request / pools.length
  const nodes = pools.map((pool) => new Node(ownPool(pool, patience), share, wait))
  return nodesClient(nodes, selector, patience)
}
