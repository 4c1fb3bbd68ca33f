import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoredSessionStore } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { TcpProxy } from '../harness/tcp-proxy.ts'
import { secret } from '../support/stores.ts'
import { cutReplies, someBytes, statementNames } from './cut-replies.ts'

forEachDatabase((target) => {
  // SQLite sends nothing.
  if (target.dialect === 'sqlite') return

  test('a reply that is cut behind any byte is a 503 or done, as the row says, and the next connection is a good one', async () => {
    const database = await target.create()
    const results = await cutReplies(database, someBytes)
    await database.drop()
    assert.deepEqual(
      results.map(({ statement }) => statement),
      [...statementNames],
    )
    for (const { statement, cuts, done, length } of results) {
      assert.ok(length > 5 && cuts > 2, statement)
      // A connection that breaks while it is opened is opened anew.
      if (statement !== 'connect') assert.ok(done < cuts, `a reply to ${statement} that was cut was taken for whole`)
    }
  })

  test('a start whose migration is cut behind any byte fails with a code, and the next one migrates', async () => {
    const database = await target.create()
    const proxy = await TcpProxy.open(database.url)
    let failures = 0
    for (let bytes = 1; bytes < 1_000_000; bytes = Math.ceil(bytes * 1.4)) {
      proxy.cutReplyBehind(bytes, true)
      const store = new StoredSessionStore({ database: proxy.url, secret, migrate: true, trim: false })
      const error = await store.ready().then(
        () => undefined,
        (reason: { code: string }) => reason,
      )
      await store.close()
      proxy.reset()
      proxy.heal()
      if (!error) break
      failures++
      assert.match(error.code, /^FST_STORED_SESSION_(UNREACHABLE|MIGRATION_FAILED)$/)
    }
    assert.ok(failures > 5)
    const store = new StoredSessionStore({ database: database.url, secret, migrate: true, trim: false })
    assert.equal((await store.health()).ok, true)
    await store.close()
    await proxy.close()
    await database.drop()
  })
})
