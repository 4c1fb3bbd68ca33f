import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase } from '../../src/database/open.ts'
import { StoredSessionStore } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { freePort } from '../harness/free-port.ts'
import { TcpProxy } from '../harness/tcp-proxy.ts'
import { load, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'

const TIMEOUT_MS = 3_000

// test/database/galera.test.ts has the nodes of a cluster.
forEachDatabase((target) => {
  if (target.dialect !== 'mysql' || target.name.startsWith('galera')) return

  /** The URL of a database with hosts in front of its own. */
  const behind = (url: string, ...hosts: string[]) => {
    const { host } = new URL(url)
    return url.replace(host, [...hosts, host].join())
  }

  test('a host that is not there, and one that says nothing, are passed over, and tried again later', async () => {
    const database = await target.create()
    const proxy = await TcpProxy.open(database.url)
    const url = behind(database.url, `127.0.0.1:${await freePort()}`, new URL(proxy.url).host)
    proxy.drop()
    const store = new StoredSessionStore({
      database: url,
      secret,
      migrate: true,
      trim: false,
      operationTimeout: TIMEOUT_MS,
    })
    await store.ready()
    const id = newId()
    await save(store, id, newSession({ n: 1 }))
    let passed = 0
    proxy.heal()
    proxy.onRequest = (bytes, { server }) => {
      passed += bytes.length
      server.write(bytes)
    }
    while (passed === 0) assert.equal((await load(store, id))?.n, 1)
    // Whoever is connected already fails too, and a read goes on all the same.
    proxy.drop()
    assert.equal((await load(store, id))?.n, 1)
    await store.close()
    await proxy.close()
    await database.drop()
  })

  test('a wrong password of several hosts stops the start at once, and is not shown', async () => {
    const database = await target.create()
    const url = behind(database.url, 'localhost:1').replace('//root', '//root:hush')
    const store = new StoredSessionStore({ database: url, secret, trim: false, operationTimeout: 60_000 })
    await assert.rejects(store.ready(), (error: Error) => {
      assert.equal((error as { code?: string }).code, 'FST_STORED_SESSION_UNREACHABLE')
      assert.doesNotMatch(`${error.stack} ${error.cause}`, /hush/)
      return true
    })
    await store.close().catch(() => {})
    await database.drop()
  })

  if (target.name !== 'mysql') return

  test('a server that knows nothing of wsrep_sync_wait is refused when the URL sets it', async () => {
    const database = await target.create()
    const opened = await openDatabase('mysql', `${database.url}?wsrep_sync_wait=7`, 'stored_sessions')
    await assert.rejects(opened.check(), /no node of Galera/)
    await opened.close()
    await database.drop()
  })
})
