import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, before, describe, mock, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { openSource } from '../../src/importing/sources.ts'
import type { ImportResult, StoredSessionStore } from '../../src/index.ts'
import { commandLine, settingsFor } from '../cli/command-line.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { Browser, openApp } from '../support/app.ts'
import { rowOf, storedRow } from '../support/rows.ts'
import { newId } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'
import { expressApp, fastifyApp, signInAt } from './former-app.ts'
import { installPeers, type OtherStore, otherStores, put } from './other-stores.ts'

const DAY = 86_400_000
const NONE = { over: 0, exists: 0, invalidId: 0, unreadable: 0, unstorable: 0, tooLarge: 0 }

/** What the application says to a cookie, over HTTP. */
async function tellOver(app: FastifyInstance, cookie: string): Promise<unknown> {
  const { port } = app.server.address() as AddressInfo
  return (await fetch(`http://127.0.0.1:${port}/me`, { headers: { cookie } })).json()
}

before(installPeers)

forEachDatabase((target) => {
  for (const kind of otherStores.filter(({ dialects }) => dialects.includes(target.dialect))) {
    describe(`sessions of ${kind.name}`, () => {
      let other: OtherStore
      let database: TestDatabase
      let app: Awaited<ReturnType<typeof openApp>>
      const take = (store: StoredSessionStore = app.storedSession.store): Promise<ImportResult> =>
        store.import(openSource(kind.name, other.place))
      before(async () => {
        other = await kind.open(target)
        database = await target.create()
        app = await openApp(database.url, { options: { user: userIdOf } })
      })
      after(async () => {
        mock.timers.reset()
        await app?.close()
        await database?.drop()
        await other?.close()
      })

      test('go on with the cookie that they have', async () => {
        const former = await fastifyApp(other.store)
        const { id, cookie } = await signInAt(former)
        await app.listen({ host: '127.0.0.1', port: 0 })
        assert.deepEqual(await tellOver(app, cookie), { endReason: 'unknown' })

        const result = await take()
        assert.deepEqual(result, { read: 1, imported: 1, skipped: NONE, complete: true })
        assert.deepEqual(await tellOver(app, cookie), { userId: 'ada', n: 7 })
        const browser = new Browser(app, { sessionId: decodeURIComponent(cookie.slice('sessionId='.length)) })
        await browser.post('/change', { n: 8 })
        assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada', n: 8 })
        assert.equal((await storedRow(database, id)).userId, 'ada')
        assert.ok(!(await database.dump()).includes(id))
        await former.close()
      })

      test('keep the date on which they end', async () => {
        const former = await fastifyApp(other.store, { maxAge: 3 * DAY })
        const { id } = await signInAt(former)
        const ends = Date.now() + 3 * DAY
        await take()
        const { expiresAt, createdAt, touchedAt } = await storedRow(database, id)
        // The other stores know seconds.
        assert.ok(Math.abs(expiresAt - ends) < 10_000, String(expiresAt - ends))
        assert.ok(Math.abs(createdAt - Date.now()) < 10_000)
        assert.equal(touchedAt, createdAt)
        await former.close()
      })

      test('go on with the cookie of express-session, taken over by the command, where cookieName and cookiePrefix say so', async () => {
        const former = await expressApp(other.store)
        const { id, cookie } = await signInAt(former)
        assert.match(cookie, /^connect\.sid=s%3A/)
        await former.close()
        const env = { ...settingsFor(database), SOURCE_URL: other.place.url }
        const { code, stdout, stderr } = await commandLine(['import', '--from', kind.name], { env })
        assert.deepEqual([code, stdout], [0, '1\n'], stderr)
        assert.ok(!stderr.includes(id))
        const options = { cookieName: 'connect.sid', cookiePrefix: 's:' }
        const express = await openApp(database.url, { options })
        await express.listen({ host: '127.0.0.1', port: 0 })
        assert.deepEqual(await tellOver(express, cookie), { userId: 'grace', n: 8 })
        const browser = new Browser(express, { 'connect.sid': decodeURIComponent(cookie.slice('connect.sid='.length)) })
        assert.deepEqual((await browser.post('/logout')).json(), { out: true })
        assert.deepEqual(await tellOver(express, cookie), { endReason: 'destroyed' })
        await express.close()
      })

      test('are read in pages, each of them once', async () => {
        const plain = { originalMaxAge: null, expires: null, path: '/' }
        const ids = Array.from({ length: 450 }, newId)
        for (const id of ids) await put(other.store, id, { cookie: plain, userId: 'ada' })
        const sizes: number[] = []
        const seen: string[] = []
        for await (const batch of openSource(kind.name, other.place)) {
          sizes.push(batch.length)
          seen.push(...batch.map(({ id }) => id))
        }
        assert.equal(ids.filter((id) => !seen.includes(id)).length, 0)
        assert.ok(sizes.length >= 3, String(sizes))
        // Redis hands out a few more or less than it was asked for.
        if (kind.name === 'connect-redis') return
        assert.ok(Math.max(...sizes) <= 200, String(sizes))
        assert.equal(new Set(seen).size, seen.length)
      })

      if (kind.name !== 'connect-redis') {
        test('stay behind when they are over', async () => {
          const id = newId()
          const expires = new Date(Date.now() + DAY)
          const cookie = { originalMaxAge: DAY, maxAge: DAY, expires, path: '/' }
          await put(other.store, id, { cookie, userId: 'late' })
          mock.timers.enable({ apis: ['Date'], now: Date.now() + 1.5 * DAY })
          const { skipped } = await take()
          mock.timers.reset()
          assert.ok(skipped.over >= 1)
          assert.equal(await rowOf(database, id), undefined)
        })
      }
    })
  }
})
