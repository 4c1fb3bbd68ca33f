import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { StoredSessionOptions } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { cookieLines, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { counted } from '../support/counting.ts'
import { type Pause, pause } from '../support/paused-routes.ts'
import { allRows, unendedRows } from '../support/rows.ts'
import { userIdOf } from '../support/user-id.ts'
import { addRenewalRoutes, EVERY, HOUR, MINUTE, OVERLAP, RENEWING, signedIn } from './renewing-app.ts'

const ADA = { userId: 'ada' }
const DAY = 24 * HOUR

forEachDatabase((target) => {
  describe('rotateEvery', () => {
    const suite = appSuite(target, { now: 1_732_100_000_000 })
    const { pass } = suite
    const gone: string[] = []
    let paused: Pause

    beforeEach(async () => {
      if (suite.apps.length > 0) await suite.database.query('DELETE FROM stored_sessions')
      gone.length = 0
      paused = pause()
    })

    async function open(options: Partial<StoredSessionOptions> = {}, count = false): Promise<FastifyInstance> {
      const setup = { options: { user: userIdOf, ...RENEWING, ...options }, routes }
      const client = count ? suite.closing(counted(suite.database)) : undefined
      const app = await (client ? suite.openOn(client.drizzle, setup) : suite.open(setup))
      app.storedSession.on('gone', ({ sid }) => gone.push(sid))
      return Object.assign(app, { statements: client?.statements })
    }

    function routes(app: FastifyInstance): void {
      addRenewalRoutes(app)
      paused.route(app, '/slow', (request) => Object.assign(request.session, request.body))
      paused.route(app, '/slow-regenerate', async (request) => {
        await request.session.regenerate(['userId', 'cart'] as never)
        return { userId: sessionOf(request).userId }
      })
    }

    for (const bindToCookie of [false, true]) {
      const how = bindToCookie ? ', bound to the cookie' : ''

      test(`renews the id with the first response after its age, and keeps the session${how}`, async () => {
        const app = await open({ bindToCookie })
        const first = await signedIn(app)
        await first.post('/change', { n: 1 })
        pass(EVERY - 1)
        assert.deepEqual(cookieLines(await first.get()), [])
        pass(1)
        const second = await first.renewed()
        assert.deepEqual(await second.content(), { ...ADA, n: 1 })
        pass(EVERY - 1)
        assert.deepEqual(cookieLines(await second.get()), [])
        pass(1)
        const third = await second.after(await second.post('/change', { n: 2 }))
        assert.deepEqual(await third.content(), { ...ADA, n: 2 })
        assert.equal((await unendedRows(suite.database)).length, 1)
      })

      test(`lets the old id read and change the session during the overlap${how}`, async () => {
        const app = await open({ bindToCookie })
        const first = await signedIn(app)
        pass(EVERY)
        const second = await first.renewed()
        pass(OVERLAP - 1)
        const response = await first.post('/change', { n: 1 })
        assert.deepEqual(cookieLines(response), [])
        assert.deepEqual(await first.content(), { ...ADA, n: 1 })
        await second.post('/change', { m: 2 })
        assert.deepEqual(await second.content(), { ...ADA, n: 1, m: 2 })
        assert.deepEqual(gone, [])
      })

      test(`goes on with the old id when the response with the new one was lost${how}`, async () => {
        const app = await open({ bindToCookie })
        const first = await signedIn(app)
        pass(EVERY)
        await first.renewed()
        pass(HOUR)
        const changed = await first.post('/change', { n: 1 })
        assert.deepEqual(changed.json(), { changed: true })
        const second = first.after(changed)
        assert.deepEqual(await second.content(), { ...ADA, n: 1 })
        pass(OVERLAP + 1)
        assert.deepEqual(await second.content(), { ...ADA, n: 1 })
        assert.deepEqual(gone, [])
        assert.equal((await unendedRows(suite.database)).length, 1)
      })

      test(`goes on when every response is lost, one after another${how}`, async () => {
        const app = await open({ bindToCookie })
        const first = await signedIn(app)
        pass(EVERY)
        for (let n = 0; n < 4; n++) {
          await first.renewed()
          pass(HOUR)
          assert.deepEqual(await first.content(), ADA)
          pass(OVERLAP + 1)
        }
        const last = await first.renewed()
        assert.deepEqual(await last.content(), ADA)
        assert.equal((await unendedRows(suite.database)).length, 1)
      })

      test(`stores the changes of a request that began before the renewal, however long it takes${how}`, async () => {
        const app = await open({ bindToCookie })
        const first = await signedIn(app)
        pass(EVERY)
        const slow = first.post('/slow', { slow: 1 })
        await paused.entered()
        const second = await first.renewed()
        await second.post('/change', { quick: 2 })
        pass(10 * MINUTE)
        paused.resume()
        const response = await slow
        assert.equal(response.statusCode, 200)
        assert.deepEqual(cookieLines(response), [])
        assert.deepEqual(await second.content(), { ...ADA, slow: 1, quick: 2 })
        assert.deepEqual(gone, [])
      })

      test(`lets a sign-in that began before the renewal keep what it keeps${how}`, async () => {
        const app = await open({ bindToCookie })
        const first = await signedIn(app)
        await first.post('/change', { cart: ['a'] })
        pass(EVERY)
        const slow = first.post('/slow-regenerate')
        await paused.entered()
        const second = await first.renewed()
        paused.resume()
        const signIn = first.after(await slow)
        assert.deepEqual(await signIn.content(), { ...ADA, cart: ['a'] })
        assert.deepEqual(await second.content(), { endReason: 'destroyed' })
        assert.equal((await unendedRows(suite.database)).length, 1)
      })

      test(`signing out by an id from before ends the session${how}`, async () => {
        const app = await open({ bindToCookie })
        const first = await signedIn(app)
        pass(EVERY)
        const second = await first.renewed()
        await first.post('/logout')
        assert.deepEqual(await second.content(), { endReason: 'destroyed' })
        assert.deepEqual(await first.content(), { endReason: 'destroyed' })
      })
    }

    test('renews once for the parallel requests of a page', async () => {
      const app = await open()
      const first = await signedIn(app)
      pass(EVERY)
      const page = await Promise.all(Array.from({ length: 12 }, (_, n) => first.post('/change', { [`n${n}`]: n })))
      assert.equal(page.flatMap((response) => cookieLines(response)).length, 1)
      const { userId, ...numbers } = await first.content()
      assert.equal(userId, 'ada')
      assert.equal(Object.keys(numbers).length, 12)
      assert.deepEqual(gone, [])
      // The former row, and the present one.
      assert.equal((await allRows(suite.database)).length, 2)
    })

    test('renews once for the requests of a page whose last renewal was lost', async () => {
      const app = await open()
      const first = await signedIn(app)
      pass(EVERY)
      await first.renewed()
      pass(HOUR)
      const page = await Promise.all(Array.from({ length: 12 }, (_, n) => first.post('/change', { [`n${n}`]: n })))
      const renewed = page.filter((response) => cookieLines(response).length > 0)
      assert.equal(renewed.length, 1)
      const { userId, ...numbers } = await first.after(renewed[0]!).content()
      assert.equal(userId, 'ada')
      assert.equal(Object.keys(numbers).length, 12)
      assert.deepEqual(gone, [])
    })

    test('counts from the last rotation by the application', async () => {
      const app = await open()
      const first = await signedIn(app)
      pass(EVERY - 1)
      const second = first.after(await first.post('/rotate'))
      pass(EVERY - 1)
      assert.deepEqual(cookieLines(await second.get()), [])
      pass(1)
      await second.renewed()
    })

    test('renews nothing that is not stored, and no session that the request ends or replaces', async () => {
      const app = await open()
      assert.deepEqual(cookieLines(await app.inject('/all')), [])
      const first = await signedIn(app)
      pass(EVERY)
      const { json } = await first.post('/regenerate', { keys: ['userId'] })
      assert.equal(json().userId, 'ada')
      const second = await signedIn(app)
      pass(EVERY)
      await second.post('/logout')
      assert.deepEqual(await second.content(), { endReason: 'destroyed' })
      assert.equal((await unendedRows(suite.database)).length, 1)
    })

    test('never makes a session live longer', async () => {
      const app = await open({ absoluteTimeout: '1h' })
      let holder = await signedIn(app)
      for (let n = 0; n < 3; n++) {
        pass(EVERY)
        holder = await holder.renewed()
      }
      pass(EVERY)
      assert.deepEqual(await holder.content(), { endReason: 'absolute' })
    })

    test('a failure leaves the session its id, and the response as it is', async () => {
      const app = await open()
      const first = await signedIn(app)
      pass(EVERY)
      await suite.database.query(
        target.name === 'sqlite'
          ? "CREATE TRIGGER no_rows BEFORE INSERT ON stored_sessions BEGIN SELECT RAISE(ABORT, 'no'); END"
          : 'SELECT 1',
      )
      if (target.name === 'sqlite') {
        const response = await first.get()
        assert.deepEqual([response.statusCode, cookieLines(response)], [200, []])
        await suite.database.query('DROP TRIGGER no_rows')
      }
      assert.deepEqual(await (await first.renewed()).content(), ADA)
    })

    test('a request that renews nothing writes nothing, and a renewal costs what rotateId() does', async () => {
      const app = (await open({ touchInterval: '1h' }, true)) as FastifyInstance & { statements: string[] }
      const first = await signedIn(app)
      app.statements.length = 0
      pass(EVERY - 1)
      for (let n = 0; n < 5; n++) await first.get()
      await app.storedSession.flush()
      assert.equal(app.statements.length, 5)
      pass(1)
      app.statements.length = 0
      await first.renewed()
      await app.storedSession.flush()
      assert.equal(app.statements.length, 1 + 3)
    })

    test('the row of an old id stays for a day, or for as long as the session may be unused', async () => {
      const app = await open({ idleTimeout: '2h' })
      const patient = await open({ idleTimeout: '3d' })
      for (const [where, days] of [
        [app, 1],
        [patient, 3],
      ] as const) {
        await suite.database.query('DELETE FROM stored_sessions')
        const first = await signedIn(where)
        pass(EVERY)
        await first.renewed()
        const old = (await allRows(suite.database)).find(({ endReason }) => endReason === 'rotated')
        const stays = old!.trimAt - Date.now()
        assert.ok(stays >= days * DAY && stays <= days * DAY + 2 * HOUR, `${stays / HOUR} hours`)
      }
    })
  })
})
