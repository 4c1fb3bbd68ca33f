import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { StoredSessionStore, type StoreOptions } from '../../src/index.ts'
import { readOnlyCases } from '../doctor/read-only.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { changeUsers } from '../support/changed-users.ts'
import { counted } from '../support/counting.ts'
import { migratedDatabase } from '../support/migrated-database.ts'
import { allRows } from '../support/rows.ts'
import { load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'

forEachDatabase((target) => {
  let database: TestDatabase

  before(async () => {
    database = await migratedDatabase(target)
  })
  after(() => database.drop())

  const storeOn = (on: StoreOptions['database'], options: Partial<StoreOptions> = {}) =>
    new StoredSessionStore({ database: on, secret, migrate: false, trim: false, user: userIdOf, ...options })

  test('a start writes two rows, names them in each statement, and leaves nothing', async () => {
    const client = counted(database)
    const store = storeOn(client.drizzle)
    await store.ready()
    const kinds = client.statements.map((text) => text.trim().split(/\s/, 1)[0]!.toLowerCase())
    assert.equal(kinds.filter((kind) => kind === 'insert').length, 2)
    assert.equal(kinds.filter((kind) => kind === 'delete').length, 2)
    assert.ok(client.statements.length <= 32, client.statements.join('\n'))
    const ofTable = client.statements.filter((text) => /stored_sessions/.test(text) && !/1 = 0/.test(text))
    assert.deepEqual(
      ofTable.filter((text) => !/\bsid\b/.test(text)),
      [],
    )
    await store.close()
    await client.close()
    assert.deepEqual(await allRows(database), [])
  })

  test('a table whose rows are changed by a trigger is refused at start, by the column', async () => {
    const undo = await changeUsers(database)
    const store = storeOn(database.url)
    const error = await store.ready().then(
      () => undefined,
      (error: Error & { code?: string }) => error,
    )
    await undo()
    assert.equal(error?.code, 'FST_STORED_SESSION_WRONG_SETTINGS')
    assert.match(String(error?.message), /other values than were stored in userId, .* Look for a trigger/)
    assert.deepEqual(await allRows(database), [])
    await store.ready()
    await store.close()
  })

  test('a database that takes no writes is a warning at start, and its sessions are read', async () => {
    const id = newId()
    const writer = storeOn(database.url)
    await save(writer, id, newSession({ n: 1 }))
    await writer.close()
    for await (const { options, undo } of readOnlyCases(database)) {
      const store = storeOn(database.url, { warnKeyAge: false, ...options } as Partial<StoreOptions>)
      const warnings: string[] = []
      store.events.on('databaseWarning', ({ message }) => void warnings.push(message))
      await store.ready()
      assert.equal((await loaded(store, id)).n, 1)
      const { ok } = await store.health()
      await store.close()
      await undo()
      assert.equal(warnings.length, 1)
      assert.match(
        warnings[0]!,
        /^sessions could not be written and read back at start \(.+\); .* Run: npx stored-session doctor$/,
      )
      assert.equal(ok, false)
    }
    const store = storeOn(database.url)
    assert.equal((await store.health()).ok, true)
    assert.notEqual(await load(store, id), null)
    await store.close()
  })
})
