import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { drizzle } from 'drizzle-orm/mysql2'
import mysql from 'mysql2/promise'
import { openDatabase } from '../../src/database/open.ts'
import { StoredSessionStore, type StoreOptions } from '../../src/index.ts'
import { sessionDatabaseContract } from '../../src/testing/index.ts'
import { databases } from '../harness/databases.ts'
import { queryMysql } from '../harness/mysql-database.ts'
import { ReplicationGroup } from '../harness/replication-group.ts'
import { openApp } from '../support/app.ts'
import { contentOf, load } from '../support/sessions.ts'
import { secret } from '../support/stores.ts'
import { signIn, visitorOf } from '../support/visitor.ts'

if (databases.some(({ name }) => name === 'mysql')) {
  describe('group replication of MySQL, each process with the URL of one member', () => {
    let group: ReplicationGroup
    let urls: string[]
    before(async () => {
      group = await ReplicationGroup.start()
      await queryMysql(group.members[0]!.url, 'CREATE DATABASE sessions')
      urls = group.members.map(({ url }) => new URL('/sessions', url).href)
    })
    after(() => group?.remove())

    async function open(database: StoreOptions['database']): Promise<string[]> {
      const store = new StoredSessionStore({ database, secret, trim: false, migrate: true })
      const warnings: string[] = []
      store.events.on('databaseWarning', ({ message }) => warnings.push(message))
      await store.ready().finally(() => store.close())
      return warnings
    }

    test('a change through one member is seen at once through the other, and so is an end', async () => {
      const lock = await mysql.createConnection(group.members[1]!.url)
      const apps = [await openApp(urls[0]!), await openApp(urls[1]!)]
      const stale = await openApp(`${urls[1]}?group_replication_consistency=EVENTUAL`, {
        options: { migrate: false },
      })
      const visitor = await signIn(apps[0]!)
      const [there, eventually] = [apps[1]!, stale].map((app) => visitorOf(app, visitor.id, visitor.sessionId))
      /** What the other member says that has not yet taken over what this one did. */
      const behind = async (change: () => Promise<unknown>) => {
        await there!.me()
        await lock.query('FLUSH TABLES WITH READ LOCK')
        await change()
        const old = await eventually!.me()
        const seen = there!.me()
        await lock.query('UNLOCK TABLES')
        return { old, seen: await seen }
      }
      const changed = await behind(() => visitor.post('/change', { n: 1 }))
      assert.deepEqual([changed.old.n, changed.seen.n], [undefined, 1])
      await Promise.all([visitor.post('/change', { n: 2 }), there!.post('/change', { m: 3 })])
      const store = apps[0]!.storedSession.store as StoredSessionStore
      assert.deepEqual(contentOf((await load(store, visitor.id))!), { userId: 'ada', n: 2, m: 3 })
      const ended = await behind(() => visitor.post('/logout'))
      assert.deepEqual([ended.old.userId, ended.seen.endReason], ['ada', 'destroyed'])
      await Promise.all([...apps, stale].map((app) => app.close()))
      await lock.end()
    })

    test('a storage keeps the contract', async (t) => {
      const database = await openDatabase('mysql', urls[1]!, 'contract')
      await database.migrate()
      for (const { name, run } of sessionDatabaseContract({ create: () => database, hasListing: true }))
        await t.test(name, run)
      await database.close()
    })

    test('a pool of the application that does not wait is refused, and a URL that turns it off is warned of', async () => {
      const pool = mysql.createPool(urls[0]!)
      await assert.rejects(open(drizzle(pool)), /INVALID_OPTIONS.*set session group_replication_consistency = 'BEFORE'/)
      const waiting = mysql.createPool(urls[0]!)
      waiting.on('connection', (connection) => {
        void connection.query("set session group_replication_consistency = 'AFTER'")
      })
      assert.deepEqual(await open(drizzle(waiting)), [])
      assert.deepEqual(await open(urls[0]!), [])
      const [warning, ...others] = await open(`${urls[0]}?group_replication_consistency=EVENTUAL`)
      assert.match(warning!, /the URL turns group_replication_consistency off/)
      assert.deepEqual(others, [])
      await Promise.all([pool.end(), waiting.end()])
    })

    test('an account that may not see the members is treated as one in a group', async () => {
      const [url] = urls as [string]
      await queryMysql(url, "CREATE USER 'app'@'%' IDENTIFIED WITH caching_sha2_password BY ''")
      await queryMysql(url, "GRANT ALL ON sessions.* TO 'app'@'%'")
      const pool = mysql.createPool(url.replace('//root', '//app'))
      await assert.rejects(open(drizzle(pool)), /group_replication_consistency/)
      assert.deepEqual(await open(url.replace('//root', '//app')), [])
      await pool.end()
    })
  })
}
