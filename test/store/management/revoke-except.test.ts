import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { SessionDatabase } from '../../../src/database/contract/session-database.ts'
import { openDatabase } from '../../../src/database/open.ts'
import { StoredSessionStore } from '../../../src/index.ts'
import { forEachDatabase, type TestDatabase } from '../../harness/databases.ts'
import { load, loaded, newSession, save } from '../../support/sessions.ts'
import { newId, secret } from '../../support/stores.ts'
import { userIdOf } from '../../support/user-id.ts'

forEachDatabase((target) => {
  let database: TestDatabase
  let opened: SessionDatabase
  let store: StoredSessionStore
  let beforeEnding = async () => {}

  before(async () => {
    database = await target.create()
    opened = await openDatabase(target.dialect, database.url, 'stored_sessions')
    const { listing } = opened
    store = new StoredSessionStore({
      database: {
        ...opened,
        listing: {
          ...listing!,
          async endAll(filter, end) {
            await beforeEnding()
            return listing!.endAll(filter, end)
          },
        },
      },
      secret,
      migrate: true,
      trim: false,
      user: userIdOf,
    })
    await store.ready()
  })
  after(async () => {
    await store.close()
    await opened.close()
    await database.drop()
  })

  for (const filter of [{ user: 'ada' }, { all: true }] as const) {
    test(`a session that is excepted and stored only while others end goes on: ${Object.keys(filter)}`, async () => {
      const [id, other] = [newId(), newId()]
      await save(store, other, newSession({ userId: 'ada' }))
      beforeEnding = async () => {
        beforeEnding = async () => {}
        await save(store, id, newSession({ userId: 'ada' }))
      }
      await store.revoke({ ...filter, except: store.handle({ sessionId: id }) })
      assert.equal((await loaded(store, id)).userId, 'ada')
      assert.equal(await load(store, other), null)
    })
  }
})
