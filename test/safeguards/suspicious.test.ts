import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { SessionEvents, StoredSessionOptions } from '../../src/index.ts'
import { suspiciousChange } from '../../src/metadata/suspicion.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { appSuite } from '../support/app-suite.ts'
import { counted } from '../support/counting.ts'
import { userIdOf } from '../support/user-id.ts'
import { sessionCookieOf } from '../support/visitor.ts'
import { addRenewalRoutes, HOUR, MINUTE } from './renewing-app.ts'

const DESKTOP = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0'
const OTHER_DESKTOP =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15'
const PHONE =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36'
const BERLIN = { country: 'DE', latitude: 52.52, longitude: 13.4 }
const POZNAN = { country: 'PL', latitude: 52.41, longitude: 16.93 }
const NEW_YORK = { country: 'US', latitude: 40.71, longitude: -74 }

describe('two uses of a session', () => {
  const at = (location: object) => ({ location, userAgent: DESKTOP })

  test('are suspicious when nobody travels that far in that time', () => {
    const change = suspiciousChange(at(BERLIN), at(NEW_YORK), HOUR)
    assert.deepEqual(change, { country: { from: 'DE', to: 'US' }, distanceKm: 6385, elapsedMs: HOUR })
    assert.equal(suspiciousChange(at(BERLIN), at(NEW_YORK), 6 * HOUR)?.country?.to, 'US')
    assert.equal(suspiciousChange(at(BERLIN), at(NEW_YORK), 7 * HOUR), undefined)
  })

  test('are not across a border that is near, however fast', () => {
    assert.equal(suspiciousChange(at(BERLIN), at(POZNAN), 0), undefined)
  })

  test('in two countries without coordinates are within an hour', () => {
    const [here, there] = [at({ country: 'DE' }), at({ country: 'BR' })]
    assert.deepEqual(suspiciousChange(here, there, HOUR - 1), {
      country: { from: 'DE', to: 'BR' },
      elapsedMs: HOUR - 1,
    })
    assert.equal(suspiciousChange(here, there, HOUR), undefined)
  })

  test('with two kinds of device are at any time, and with two browsers of one kind never', () => {
    const change = suspiciousChange({ userAgent: DESKTOP }, { userAgent: PHONE }, 100 * HOUR)
    assert.deepEqual(change, { device: { from: 'desktop', to: 'phone' }, elapsedMs: 100 * HOUR })
    assert.equal(suspiciousChange({ userAgent: DESKTOP }, { userAgent: OTHER_DESKTOP }, 0), undefined)
  })

  test('of which one shows nothing are not', () => {
    for (const other of [{}, { userAgent: 'a client of ours' }, { ip: '203.0.113.7' }]) {
      assert.equal(suspiciousChange(at(BERLIN), other, 0), undefined)
      assert.equal(suspiciousChange(other, at(BERLIN), 0), undefined)
    }
    assert.equal(suspiciousChange(at({ city: 'Berlin' }), at({ ...NEW_YORK, country: undefined }), 0), undefined)
  })
})

forEachDatabase((target) => {
  describe('suspicious', () => {
    const suite = appSuite(target, { now: 1_732_100_000_000 })
    const { pass } = suite
    const told: SessionEvents['suspicious'][0][] = []
    const order: string[] = []

    beforeEach(async () => {
      told.length = 0
      order.length = 0
      if (suite.apps.length > 0) await suite.database.query('DELETE FROM stored_sessions')
    })

    const countries = (request: FastifyRequest) => ({ country: String(request.headers['x-country']) })
    const later = async (request: FastifyRequest) => countries(request)

    const setup = (options: Partial<StoredSessionOptions>) => ({
      options: { user: userIdOf, metadata: { location: countries }, suspicious: true, ...options },
      routes: (app: FastifyInstance) => {
        addRenewalRoutes(app)
        app.get('/order', async () => {
          order.push('handler')
          return {}
        })
      },
    })

    async function open(options: Partial<StoredSessionOptions> = {}): Promise<FastifyInstance> {
      const app = await suite.open(setup(options))
      app.storedSession.on('suspicious', (event) => {
        order.push('event')
        told.push(event)
      })
      return app
    }

    const client = (country: string, userAgent = DESKTOP) => ({ 'x-country': country, 'user-agent': userAgent })

    async function signIn(app: FastifyInstance, headers: Record<string, string>) {
      const response = await app.inject({ method: 'POST', url: '/login', headers })
      const cookies = { sessionId: sessionCookieOf(response)! }
      return async (from: Record<string, string>, url = '/me') => {
        const { statusCode } = await app.inject({ url, cookies, headers: from })
        await app.storedSession.flush()
        return statusCode
      }
    }

    for (const [how, location] of [
      ['at hand', countries],
      ['that takes time', later],
    ] as const) {
      test(`tells of a session in two countries, before the handler runs, with a location ${how}`, async () => {
        const app = await open({ metadata: { location } as never })
        const use = await signIn(app, client('DE'))
        pass(10 * MINUTE)
        await use(client('BR'), '/order')
        assert.deepEqual(
          told.map(({ sid: _, ...change }) => change),
          [{ country: { from: 'DE', to: 'BR' }, elapsedMs: 10 * MINUTE }],
        )
        assert.deepEqual(order, ['event', 'handler'])
      })
    }

    test('tells each change once, though two clients use the session in turn', async () => {
      const use = await signIn(await open(), client('DE'))
      for (let n = 0; n < 6; n++) {
        pass(1_000)
        await use(client(n % 2 === 0 ? 'BR' : 'DE'))
      }
      assert.deepEqual(
        told.map(({ country }) => country),
        [
          { from: 'DE', to: 'BR' },
          { from: 'BR', to: 'DE' },
        ],
      )
    })

    test('ends nothing, and is silent while nothing changes', async () => {
      const use = await signIn(await open(), client('DE'))
      for (let n = 0; n < 3; n++) {
        pass(10 * MINUTE)
        assert.equal(await use(client('DE')), 200)
      }
      pass(2 * HOUR - MINUTE)
      assert.equal(await use(client('FR')), 200)
      assert.deepEqual(told, [])
      await use(client('FR', PHONE))
      assert.deepEqual(
        told.map(({ device }) => device),
        [{ from: 'desktop', to: 'phone' }],
      )
      assert.equal(await use(client('FR', PHONE)), 200)
    })

    test('is off by default', async () => {
      const use = await signIn(await open({ suspicious: false }), client('DE'))
      await use(client('BR', PHONE))
      assert.deepEqual(told, [])
    })

    test('costs no statement until something changes, and a touch then', async () => {
      const database = suite.closing(counted(suite.database))
      const app = await suite.openOn(database.drizzle, setup({}))
      const use = await signIn(app, client('DE'))
      database.statements.length = 0
      for (let n = 0; n < 5; n++) await use(client('DE'))
      assert.equal(database.statements.length, 5)
      await use(client('BR'))
      const touches = database.statements.slice(5 + 1)
      // One more where the hour of its deletion changes.
      assert.ok([1, 2].includes(touches.length) && touches.every((text) => /^\s*update/i.test(text)))
    })
  })
})
