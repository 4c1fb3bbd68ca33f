/**
 * `npm run bench:galera [-- --sessions=2000]`: what waiting for the other nodes (wsrep_sync_wait) costs on a cluster of
 * Galera that it starts itself, and how many reads are stale without it.
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { SessionDatabase } from '../src/database/contract/session-database.ts'
import { openDatabase } from '../src/database/open.ts'
import { GaleraCluster } from '../test/harness/galera-cluster.ts'
import { createGaleraDatabase, type GaleraName } from '../test/harness/galera-database.ts'

const { values } = parseArgs({ options: { sessions: { type: 'string', default: '2000' } } })
const count = Number(values.sessions)

/** How a cluster is used, and with what in its URL. */
const WAYS: [GaleraName, string][] = [
  ['galera-list', 'wsrep_sync_wait=0'],
  ['galera-list', 'wsrep_sync_wait=1'],
  ['galera-list', 'wsrep_sync_wait=7'],
  ['galera-rr', 'wsrep_sync_wait=0'],
  ['galera-rr', 'wsrep_sync_wait=1'],
  ['galera-rr', 'wsrep_sync_wait=7'],
]

const cluster = await GaleraCluster.start()
const rows: object[] = []
try {
  const urls = cluster.nodes.map(({ url }) => url).join()
  for (const [name, settings] of WAYS) {
    const database = await createGaleraDatabase(name, urls, settings)
    const storage = await openDatabase('mysql', database.url, 'stored_sessions')
    await storage.migrate()
    rows.push({ nodes: name === 'galera-rr' ? 'each in turn' : 'the first', settings, ...(await measure(storage)) })
    await storage.close()
    await database.drop()
  }
} finally {
  await cluster.remove()
}
console.log(`MariaDB ${cluster.version} with Galera, three nodes on one machine, ${count} sessions one after the other`)
console.table(rows)

/** Microseconds of each operation, one after the other, and the reads behind a save that did not see it. */
async function measure(storage: SessionDatabase): Promise<object> {
  const sids = Array.from({ length: count }, () => randomBytes(32))
  const each = async (work: (sid: Buffer) => Promise<unknown>) => {
    const begun = performance.now()
    for (const sid of sids) await work(sid)
    return Math.round(((performance.now() - begun) / count) * 1_000)
  }
  let stale = 0
  const insert = await each((sid) => storage.insert(rowOf(sid)))
  const read = await each((sid) => storage.read([sid]))
  const saveAndRead = await each(async (sid) => {
    await storage.update({ ...rowOf(sid), keyId: 7, now: 2 })
    const [row] = await storage.read([sid])
    if (row?.version !== 2) stale++
  })
  return { 'insert, µs': insert, 'read, µs': read, 'save and read, µs': saveAndRead, 'stale reads': stale }
}

const NOT_ENDED = { endedAt: null, endReason: null, metadata: null }

function rowOf(sid: Buffer): Parameters<SessionDatabase['insert']>[0] {
  const times = { createdAt: 1, touchedAt: 1, expiresAt: 8e15, trimAt: 8e15 }
  return { sid, data: randomBytes(250), version: 1, userId: 'ada', keyId: 0, ...NOT_ENDED, ...times }
}
