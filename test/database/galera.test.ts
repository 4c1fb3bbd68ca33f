import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { drizzle } from 'drizzle-orm/mysql2'
import mysql from 'mysql2/promise'
import type { SessionDatabase } from '../../src/database/contract/session-database.ts'
import { openDatabase } from '../../src/database/open.ts'
import { StoredSessionStore, type StoreOptions } from '../../src/index.ts'
import { sessionDatabaseContract } from '../../src/testing/index.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { GaleraCluster } from '../harness/galera-cluster.ts'
import { createGaleraDatabase, listUrl } from '../harness/galera-database.ts'
import { queryMysql } from '../harness/mysql-database.ts'
import { runsWithoutViolations } from '../history/no-violations.ts'
import { assertNoDamage } from '../races/no-damage.ts'
import { openApp } from '../support/app.ts'
import { sidOf } from '../support/rows.ts'
import { contentOf, load, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { signIn, visitorOf } from '../support/visitor.ts'
import { tortureGalera } from '../torture/galera.ts'
import { addDueRows, countRows } from '../trimming/due-rows.ts'

// `npm run torture:galera` does the last of these for longer, and
// `npm test -- --databases=galera-node,galera-list,galera-rr` runs whole suites on a cluster.
let cluster: GaleraCluster
let urls: string[]
/** One database; each statement to another node, and to the first that works. */
let everywhere: TestDatabase
let inOrder: string

before(async () => {
  cluster = await GaleraCluster.start()
  urls = cluster.nodes.map(({ url }) => url)
  everywhere = await createGaleraDatabase('galera-rr', urls.join())
  inOrder = listUrl(urls, pathOf(everywhere))
  console.log(`galera ${cluster.version} (${cluster.source})`)
})
after(() => cluster?.remove())

const pathOf = ({ url }: TestDatabase) => /[^/]\/[^/?]+/.exec(url.slice('mysql://'.length))![0].slice(1)

async function withDatabase(url: string, work: (database: SessionDatabase) => Promise<void>, timeout?: number) {
  const database = await openDatabase('mysql', url, 'stored_sessions', timeout)
  try {
    await work(database)
  } finally {
    await database.close()
  }
}

const rowOf = (sid: Buffer): Parameters<SessionDatabase['insert']>[0] => ({
  ...{ sid, data: Buffer.from('data'), version: 1, userId: 'ada', keyId: 0, endedAt: null, endReason: null },
  metadata: null,
  binding: null,
  ...{ createdAt: 1, touchedAt: 1, expiresAt: 8e15, trimAt: 8e15 },
})

test('three nodes that migrate one database at once make one schema', async () => {
  const path = pathOf(everywhere)
  const databases = await Promise.all(
    urls.map((url) => openDatabase('mysql', new URL(path, url).href, 'stored_sessions')),
  )
  await Promise.all(databases.map((database) => database.migrate()))
  await Promise.all(databases.map((database) => database.check()))
  await Promise.all(databases.map((database) => database.close()))
})

test('a storage whose every statement goes to another node keeps the contract', async (t) => {
  await withDatabase(everywhere.url, async (database) => {
    for (const { name, run } of sessionDatabaseContract({ create: () => database, hasListing: true }))
      await t.test(name, run)
  })
})

test('no interleaving across nodes revives a session or loses a save', async (t) => {
  await assertNoDamage(t, everywhere, ['save loaded', 'destroy', 'revoke', 'trim'])
})

test('no random history across nodes loses, revives, outlives, mixes up or refuses anything', async (t) => {
  await runsWithoutViolations(t, everywhere, 800)
})

test('a node that lags answers what was true without wsrep_sync_wait, and waits by default until it is true', async () => {
  const [first, second] = urls as [string, string]
  const path = pathOf(everywhere)
  const sid = sidOf(newId())
  const lock = await mysql.createConnection(second)
  const [writer, plain, causal] = await Promise.all(
    [listUrl([first], path), listUrl([second], path, 'wsrep_sync_wait=0'), listUrl([second], path)].map((url) =>
      openDatabase('mysql', url, 'stored_sessions'),
    ),
  )
  await writer!.insert(rowOf(sid))
  await causal!.read([sid])
  await lock.query('FLUSH TABLES WITH READ LOCK')
  await writer!.end(sid, { endedAt: 2, endReason: 'destroyed', trimAt: 8e15 })
  assert.equal((await plain!.read([sid]))[0]!.endedAt, null)
  const reading = causal!.read([sid])
  await lock.query('UNLOCK TABLES')
  assert.equal((await reading)[0]!.endedAt, 2)
  await Promise.all([writer!.close(), plain!.close(), causal!.close(), lock.end()])
})

test('two applications, each with the URL of one node alone, see each other’s changes and ends at once', async () => {
  const path = pathOf(everywhere)
  const lock = await mysql.createConnection(urls[1]!)
  const apps = await Promise.all(urls.slice(0, 2).map((url) => openApp(new URL(path, url).href)))
  const visitor = await signIn(apps[0]!)
  const there = visitorOf(apps[1]!, visitor.id, visitor.sessionId)
  /** What the other node says that has not yet taken over what this one did. */
  const behind = async (change: () => Promise<unknown>) => {
    await there.me()
    await lock.query('FLUSH TABLES WITH READ LOCK')
    await change()
    const seen = there.me()
    await lock.query('UNLOCK TABLES')
    return seen
  }
  assert.equal((await behind(() => visitor.post('/change', { n: 1 }))).n, 1)
  await Promise.all([visitor.post('/change', { n: 2 }), there.post('/change', { m: 3 })])
  const store = apps[0]!.storedSession.store as StoredSessionStore
  assert.deepEqual(contentOf((await load(store, visitor.id))!), { userId: 'ada', n: 2, m: 3 })
  assert.equal((await behind(() => visitor.post('/logout'))).endReason, 'destroyed')
  await Promise.all([...apps, lock].map((one) => ('end' in one ? one.end() : one.close())))
})

test('a pool of the application that does not wait for the other nodes is refused, and a URL that turns it off is warned of', async () => {
  const url = new URL(pathOf(everywhere), urls[0]).href
  const open = async (database: StoreOptions['database']) => {
    const store = new StoredSessionStore({ database, secret, trim: false })
    const warnings: string[] = []
    store.events.on('databaseWarning', ({ message }) => warnings.push(message))
    await store.ready().finally(() => store.close())
    return warnings
  }
  const pool = mysql.createPool(url)
  await assert.rejects(open(drizzle(pool)), /INVALID_OPTIONS.*set session wsrep_sync_wait = 7/)
  const waiting = mysql.createPool(url)
  waiting.on('connection', (connection) => void connection.query('set session wsrep_sync_wait = 15'))
  assert.deepEqual(await open(drizzle(waiting)), [])
  assert.deepEqual(await open(url), [])
  const [warning, ...others] = await open(`${url}?wsrep_sync_wait=0`)
  assert.match(warning!, /the URL turns wsrep_sync_wait off/)
  assert.deepEqual(others, [])
  await Promise.all([pool.end(), waiting.end()])
})

test('trimming on three nodes at once deletes every row that is due, once, and no other, with a lease and without', async () => {
  const path = pathOf(everywhere)
  const stores = urls.map((url) => new StoredSessionStore({ database: new URL(path, url).href, secret, trim: false }))
  const [first] = stores as [StoredSessionStore]
  await everywhere.query('DELETE FROM stored_sessions')
  await addDueRows(everywhere, first, 200)
  await save(first, newId(), newSession({ n: 1 }))
  const databases = await Promise.all(
    urls.map((url) => openDatabase('mysql', new URL(path, url).href, 'stored_sessions')),
  )
  const deleted = await Promise.all(databases.map((database) => untilNone(() => database.trim(Date.now(), 20))))
  assert.deepEqual([sum(deleted), await countRows(everywhere)], [200, 1])
  await addDueRows(everywhere, first, 200)
  const results = await Promise.all(stores.map((store) => store.trim({ batchSize: 20 })))
  assert.deepEqual(results.map(({ stopped }) => stopped).sort(), ['done', 'locked', 'locked'])
  assert.equal(sum(results.map(({ trimmed }) => trimmed)), 200)
  await Promise.all([...stores, ...databases].map((one) => one.close()))
})

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

async function untilNone(trim: () => Promise<number>): Promise<number> {
  let deleted = 0
  for (let count = await trim(); count > 0; count = await trim()) deleted += count
  return deleted
}

test('a node that is read-only or cut off from the others is passed over, and used again when it is not', async () => {
  const [first, second] = urls as [string, string]
  const troubles = [
    ['SET GLOBAL read_only = ON', 'SET GLOBAL read_only = OFF'],
    [isolate('on'), isolate('off')],
  ] as const
  for (const [begin, end] of troubles) {
    await queryMysql(first, begin)
    if (begin !== troubles[0][0]) await until('the node knows', async () => !(await cluster.isWhole()))
    const database = await openDatabase('mysql', inOrder, 'stored_sessions')
    const sid = sidOf(newId())
    assert.equal(await database.insert(rowOf(sid)), true)
    assert.equal(await connectionsTo(second), 1)
    await queryMysql(first, end)
    await cluster.whole()
    await until('the first node is used again', async () => {
      assert.equal((await database.read([sid])).length, 1)
      return (await connectionsTo(first)) === 1
    })
    await database.close()
    await until(
      'nobody is connected any more',
      async () => (await connectionsTo(first)) + (await connectionsTo(second)) === 0,
    )
  }
})

const isolate = (how: 'on' | 'off') => `SET GLOBAL wsrep_provider_options = 'gmcast.isolate=${Number(how === 'on')}'`

/** How many connections there are with a node on our database. */
async function connectionsTo(url: string): Promise<number> {
  const database = pathOf(everywhere).slice(1)
  const list = `SELECT count(*) AS n FROM information_schema.processlist WHERE db = '${database}'`
  const [row] = await queryMysql(url, list)
  return Number(row!.n)
}

test('nodes that are killed and paused under load lose and revive nothing', async (t) => {
  const outcome = await tortureGalera(cluster, ['killed', 'paused'])
  const { lost, revived, foreign, unexpected, unreadable, crashes, differing, examples } = outcome
  const nothing = {
    lost: 0,
    revived: 0,
    foreign: 0,
    unexpected: 0,
    unreadable: 0,
    crashes: 0,
    differing: 0,
    examples: [],
  }
  const { acknowledged, failed, longestOutageMs } = outcome
  t.diagnostic(`${acknowledged} saves acknowledged, ${failed} requests failed, for ${longestOutageMs} ms at most`)
  assert.deepEqual({ lost, revived, foreign, unexpected, unreadable, crashes, differing, examples }, nothing)
  assert.ok(acknowledged > 0)
})
