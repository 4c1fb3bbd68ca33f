import assert from 'node:assert/strict'
import { after, before, describe, mock, test } from 'node:test'
import fastifyCookie from '@fastify/cookie'
import fastifySession, { type SessionStore } from '@fastify/session'
import Fastify from 'fastify'
import { openSource } from '../src/importing/sources.ts'
import type { ImportResult, StoredSessionStore } from '../src/index.ts'
import { Browser, openApp, sessionOf } from './app.ts'
import { forEachDatabase, type TestDatabase } from './harness/databases.ts'
import { installPeers, type OtherStore, otherStores, peer, put } from './importing/other-stores.ts'
import { rowOf, storedRow } from './rows.ts'
import { newId, secret } from './stores.ts'

const DAY = 86_400_000
const NONE = { over: 0, exists: 0, invalidId: 0, unreadable: 0, unstorable: 0, tooLarge: 0 }
const user = (session: Record<string, unknown>) => session.userId as string | undefined

/** The application as it was before: @fastify/session with the other store. */
async function formerApp(store: SessionStore, cookie = {}) {
  const app = Fastify()
  await app.register(fastifyCookie)
  await app.register(fastifySession, { secret, store, saveUninitialized: false, cookie: { secure: false, ...cookie } })
  app.post('/login', async (request) => {
    await request.session.regenerate()
    Object.assign(sessionOf(request), { userId: 'ada', n: 7 })
    return { id: request.session.sessionId }
  })
  return app
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
        app = await openApp(database.url, { options: { user } })
      })
      after(async () => {
        mock.timers.reset()
        await app?.close()
        await database?.drop()
        await other?.close()
      })

      test('go on with the cookie that they have', async () => {
        const former = await formerApp(other.store)
        const visitor = new Browser(former)
        const { id } = (await visitor.post('/login')).json()
        const [, cookie] = Object.entries(visitor.cookies())[0]!
        assert.deepEqual((await new Browser(app, { sessionId: cookie }).get('/me')).json(), { endReason: 'unknown' })

        const result = await take()
        assert.deepEqual(result, { read: 1, imported: 1, skipped: NONE, complete: true })
        const browser = new Browser(app, { sessionId: cookie })
        assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada', n: 7 })
        await browser.post('/change', { n: 8 })
        assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada', n: 8 })
        assert.equal((await storedRow(database, id)).userId, 'ada')
        assert.ok(!(await database.dump()).includes(id))
        await former.close()
      })

      test('keep the date on which they end', async () => {
        const former = await formerApp(other.store, { maxAge: 3 * DAY })
        const { id } = (await new Browser(former).post('/login')).json()
        const ends = Date.now() + 3 * DAY
        await take()
        const { expiresAt, createdAt, touchedAt } = await storedRow(database, id)
        // The other stores know seconds.
        assert.ok(Math.abs(expiresAt - ends) < 10_000, String(expiresAt - ends))
        assert.ok(Math.abs(createdAt - Date.now()) < 10_000)
        assert.equal(touchedAt, createdAt)
        await former.close()
      })

      test('go on with the cookie of express-session, where cookieName and cookiePrefix say so', async () => {
        const id = newId()
        const cookie = `s:${peer('cookie-signature').sign(id, secret)}`
        const plain = { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }
        await put(other.store, id, { cookie: plain, userId: 'grace' })
        await take()
        const options = { cookieName: 'connect.sid', cookiePrefix: 's:' }
        const express = await openApp(database.url, { options })
        const browser = new Browser(express, { 'connect.sid': cookie })
        assert.deepEqual((await browser.get('/me')).json(), { userId: 'grace' })
        assert.deepEqual((await browser.post('/logout')).json(), { out: true })
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
