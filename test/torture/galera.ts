import { setTimeout as sleep } from 'node:timers/promises'
import type { GaleraCluster } from '../harness/galera-cluster.ts'
import { createGaleraDatabase, listUrl } from '../harness/galera-database.ts'
import type { LocalServer } from '../harness/local-server.ts'
import { queryMysql } from '../harness/mysql-database.ts'
import { type Outcome, type Round, recoveryOf, torture } from './torture.ts'

/** What came of killing nodes, or of cutting them off, again and again. */
export interface GaleraOutcome extends Outcome {
  /** The longest time after a node was gone in which any request failed. */
  longestOutageMs: number
  /** Rows that are not the same on all nodes in the end. */
  differing: number
}

/** Killed by SIGKILL; paused by SIGSTOP; or cut off from the other nodes, and still there for applications. */
export type Trouble = 'killed' | 'paused' | 'cut off'

/** Load before the trouble, at random up to this. */
const LONGEST_PEACE_MS = 500
/** Longer than the others wait for a node that says nothing, so that they go on without it. */
const CUT_MS = 5_000
const LONGEST_CUT_MS = 8_000
/** Load after a node is back. */
const WATCHED_MS = 1_000

/**
 * Takes nodes out of a cluster and back in, one at a time, under the load of three applications: two that prefer
 * different nodes, and one that sends each statement to another.
 */
export async function tortureGalera(cluster: GaleraCluster, troubles: readonly Trouble[]): Promise<GaleraOutcome> {
  const urls = cluster.nodes.map(({ url }) => url)
  const database = await createGaleraDatabase('galera-node', urls.join())
  const path = new URL(database.url).pathname
  const [first, second, third] = urls as [string, string, string]
  const lists = [
    listUrl([first, second, third], path),
    listUrl([second, third, first], path),
    listUrl([third, first, second], path, 'selector=RR'),
  ]
  const outages: number[] = []
  // Each node in its turn, so that every application loses the one that it prefers.
  const rounds = troubles.map((trouble, index) => roundOf(cluster, index % urls.length, trouble, outages))
  const outcome = await torture(database, rounds, { urls: lists })
  const differing = await differingRows(urls, path)
  await database.drop()
  return { ...outcome, longestOutageMs: Math.max(0, ...outages), differing }
}

function roundOf(cluster: GaleraCluster, index: number, trouble: Trouble, outages: number[]): Round {
  const node = cluster.nodes[index]!
  return async (application, load) => {
    await sleep(Math.random() * LONGEST_PEACE_MS)
    const gone = Date.now()
    await take[trouble](node)
    await sleep(trouble === 'killed' ? Math.random() * CUT_MS : CUT_MS + Math.random() * (LONGEST_CUT_MS - CUT_MS))
    outages.push((await load.report()).lastFailureAt - gone)
    await giveBack[trouble](node)
    await cluster.whole()
    const back = Date.now()
    await sleep(WATCHED_MS)
    return recoveryOf(application, load, back)
  }
}

const isolate = (node: LocalServer, isolated: boolean) =>
  queryMysql(node.url, `SET GLOBAL wsrep_provider_options = 'gmcast.isolate=${Number(isolated)}'`)

const take: Record<Trouble, (node: LocalServer) => unknown> = {
  killed: (node) => node.kill(),
  paused: (node) => node.pause(),
  'cut off': (node) => isolate(node, true),
}

const giveBack: Record<Trouble, (node: LocalServer) => unknown> = {
  killed: (node) => node.start(),
  paused: (node) => node.resume(),
  'cut off': (node) => isolate(node, false),
}

/** How many rows one node has otherwise than another, or not at all. */
async function differingRows(urls: readonly string[], path: string): Promise<number> {
  const contents = await Promise.all(
    urls.map(async (url) => {
      const query = (sql: string) => queryMysql(new URL(path, url).href, sql)
      return new Set((await query('SELECT * FROM stored_sessions')).map((row) => JSON.stringify(row)))
    }),
  )
  const all = new Set(contents.flatMap((rows) => [...rows]))
  return [...all].filter((row) => !contents.every((rows) => rows.has(row))).length
}
