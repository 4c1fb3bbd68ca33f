import { createMysqlDatabase } from './mysql-database.ts'
import type { TestDatabase } from './test-database.ts'

/** How a cluster is used: through its first node, all nodes in the order of their list, or another one for each statement. */
export const galeraNames = ['galera-node', 'galera-list', 'galera-rr'] as const

export type GaleraName = (typeof galeraNames)[number]

export const isGalera = (name: string): name is GaleraName => galeraNames.some((known) => known === name)

/**
 * A new database on a cluster.
 *
 * @param urls - of each node, comma-separated
 * @param settings - for the URL, behind its question mark
 */
export async function createGaleraDatabase(name: GaleraName, urls: string, settings = ''): Promise<TestDatabase> {
  const nodes = urls.split(',')
  const database = await createMysqlDatabase(name, nodes[0]!)
  return { ...database, url: urlOf[name](nodes, new URL(database.url).pathname, settings) }
}

const urlOf: Record<GaleraName, (nodes: string[], path: string, settings: string) => string> = {
  'galera-node': ([first], path, settings) => listUrl([first!], path, settings),
  'galera-list': listUrl,
  'galera-rr': (nodes, path, settings) => listUrl(nodes, path, ['selector=RR', settings].filter(Boolean).join('&')),
}

/** One URL that names several hosts. */
export function listUrl(urls: readonly string[], path: string, settings = ''): string {
  const hosts = urls.map((url) => new URL(url).host)
  return `mysql://root@${hosts.join()}${path}${settings && `?${settings}`}`
}
