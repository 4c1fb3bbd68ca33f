import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { StoredSessionOptions } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { openApp } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { type Pause, pause } from '../support/paused-routes.ts'
import { unendedRows } from '../support/rows.ts'
import { userIdOf } from '../support/user-id.ts'
import { sessionCookieOf } from '../support/visitor.ts'
import { addRenewalRoutes, Copy, EVERY, HOUR, MINUTE, RENEWING, signedIn } from './renewing-app.ts'

const START = 1_732_100_000_000

forEachDatabase((target) => {
  describe('provenAt', () => {
    const suite = appSuite(target, { now: START })
    const { pass } = suite
    let paused: Pause

    beforeEach(async () => {
      paused = pause()
      if (suite.apps.length > 0) await suite.database.query('DELETE FROM stored_sessions')
    })

    const open = (options: Partial<StoredSessionOptions> = {}) =>
      suite.open({ options: { user: userIdOf, ...options }, routes })

    const provenAt = async (holder: Copy) => (await holder.get('/proven')).json().provenAt as number | null

    function routes(app: FastifyInstance): void {
      addRenewalRoutes(app)
      const proven = (request: Parameters<typeof app.storedSession.provenAt>[0]) =>
        app.storedSession.provenAt(request)?.getTime() ?? null
      app.get('/proven', async (request) => ({ provenAt: proven(request) }))
      app.post('/confirm', async (request) => ({
        confirmed: app.storedSession.confirm(request),
        provenAt: proven(request),
        content: { ...JSON.parse(JSON.stringify(request.session)), cookie: undefined },
      }))
      app.post('/confirm-and-reload', async (request) => {
        app.storedSession.confirm(request)
        await request.session.save()
        await request.session.reload()
        return { provenAt: proven(request) }
      })
      app.post<{ Body: { userId: string | null } }>('/user', async (request) => {
        Object.assign(request.session, { userId: request.body.userId })
        return { provenAt: proven(request) }
      })
      app.post('/leave-and-confirm', async (request) => {
        await request.session.destroy()
        return { confirmed: app.storedSession.confirm(request), provenAt: proven(request) }
      })
      paused.route(app, '/slow-confirm', (request) => ({ confirmed: app.storedSession.confirm(request) }))
    }

    test('is the sign-in, which regenerate() begins a session at', async () => {
      const app = await open()
      const holder = await signedIn(app)
      pass(HOUR)
      assert.equal(await provenAt(holder), Date.now() - HOUR)
      const again = holder.after(await holder.post('/regenerate', { keys: ['userId'] }))
      assert.equal(await provenAt(again), Date.now())
    })

    test('is the confirmation, stored without a change of the content, for other requests and processes', async () => {
      const [app, other] = [await open(), await open()]
      const holder = await signedIn(app)
      pass(HOUR)
      const now = Date.now()
      const response = await holder.post('/confirm')
      assert.deepEqual(response.json(), { confirmed: true, provenAt: now, content: { userId: 'ada' } })
      pass(MINUTE)
      assert.equal(await provenAt(new Copy(other, holder.cookie)), now)
      assert.deepEqual(await holder.content(), { userId: 'ada' })
      assert.deepEqual((await holder.post('/confirm-and-reload')).json(), { provenAt: now + MINUTE })
    })

    for (const options of [{}, { bindToCookie: true }, { serializer: 'json' } as const]) {
      test(`stays with the session under other ids, with ${JSON.stringify(options)}`, async () => {
        const app = await open({ ...RENEWING, ...options })
        const first = await signedIn(app)
        pass(MINUTE)
        const confirmed = Date.now()
        await first.post('/confirm')
        pass(MINUTE)
        const second = first.after(await first.post('/rotate'))
        assert.equal(await provenAt(second), confirmed)
        await second.post('/change', { n: 1 })
        pass(EVERY)
        const third = await second.renewed()
        assert.equal(await provenAt(third), confirmed)
        assert.equal(await provenAt(second), confirmed)
      })
    }

    test('of a session from before the sign-in is when its user changed', async () => {
      const app = await open()
      const response = await app.inject({ method: 'POST', url: '/change', payload: { cart: 1 } })
      const holder = new Copy(app, sessionCookieOf(response)!)
      pass(MINUTE)
      assert.equal(await provenAt(holder), null)
      const now = Date.now()
      assert.equal((await holder.post('/user', { userId: 'ada' })).json().provenAt, now)
      pass(MINUTE)
      assert.equal(await provenAt(holder), now)
      await holder.post('/change', { n: 1 })
      assert.equal(await provenAt(holder), now)
      await holder.post('/user', { userId: 'bob' })
      assert.equal(await provenAt(holder), now + MINUTE)
      await holder.post('/user', { userId: null })
      assert.equal(await provenAt(holder), null)
    })

    test('without the option user is when the session began, or the confirmation', async () => {
      const app = await open({ user: undefined } as never)
      const response = await app.inject({ method: 'POST', url: '/change', payload: { cart: 1 } })
      const holder = new Copy(app, sessionCookieOf(response)!)
      const begun = Date.now()
      pass(MINUTE)
      await holder.post('/user', { userId: 'ada' })
      assert.equal(await provenAt(holder), begun)
      await holder.post('/confirm')
      assert.equal(await provenAt(holder), begun + MINUTE)
    })

    test('is the later of two, whichever request is stored last, and that is no conflict', async () => {
      const app = await open()
      const conflicts: unknown[] = []
      app.storedSession.on('conflict', (event) => conflicts.push(event))
      const holder = await signedIn(app)
      const slow = holder.post('/slow-confirm')
      await paused.entered()
      pass(MINUTE)
      const first = Date.now()
      await holder.post('/confirm')
      assert.equal(await provenAt(holder), first)
      pass(MINUTE)
      await holder.post('/change', { n: 1 })
      paused.resume()
      await slow
      assert.equal(await provenAt(holder), first + MINUTE)
      const saves = Array.from({ length: 5 }, (_, n) => holder.post('/change', { [`n${n}`]: n }))
      pass(MINUTE)
      await Promise.all([...saves, holder.post('/confirm'), holder.post('/confirm')])
      assert.equal(await provenAt(holder), first + 2 * MINUTE)
      assert.equal(Object.keys(await holder.content()).length, 1 + 1 + 5)
      assert.deepEqual(conflicts, [])
    })

    test('of a request without a session is undefined, and confirms nothing', async () => {
      const app = await open()
      assert.deepEqual((await app.inject('/proven')).json(), { provenAt: null })
      const confirmed = await app.inject({ method: 'POST', url: '/confirm' })
      assert.deepEqual(confirmed.json().content, {})
      assert.equal(sessionCookieOf(confirmed), undefined)
      assert.equal((await unendedRows(suite.database)).length, 0)
      const holder = await signedIn(app)
      const left = await holder.post('/leave-and-confirm')
      assert.deepEqual(left.json(), { confirmed: false, provenAt: null })
    })

    test('cannot be confirmed by the old id of rotateId(), and of a session that cannot be read is a 503', async () => {
      const app = await open({ onUnavailable: 'anonymous' })
      const first = await signedIn(app)
      const begun = Date.now()
      const second = first.after(await first.post('/rotate'))
      pass(1)
      assert.equal((await first.post('/confirm')).json().confirmed, false)
      assert.equal(await provenAt(second), begun)
      const closed = await openApp(suite.database.url, { options: { onUnavailable: 'anonymous' }, routes })
      await closed.storedSession.store.close()
      const response = await new Copy(closed, second.cookie).post('/confirm')
      assert.deepEqual([response.statusCode, response.json().code], [503, 'FST_STORED_SESSION_UNAVAILABLE'])
      await closed.close()
    })

    test('costs a session that has it 20 bytes, and others nothing', async () => {
      const app = await open()
      const holder = await signedIn(app)
      const sizeOf = async () => (await unendedRows(suite.database))[0]!.data.length
      const before = await sizeOf()
      pass(MINUTE)
      await holder.post('/confirm')
      const confirmed = await sizeOf()
      assert.ok(confirmed > before && confirmed <= before + 20, `${before} ${confirmed}`)
    })
  })
})
