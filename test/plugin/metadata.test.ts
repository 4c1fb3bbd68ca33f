import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { staticKeys } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { namedKey } from '../keys/named-key.ts'
import { addRotateRoute, Browser } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { counted } from '../support/counting.ts'
import { allRows, type StoredRow, unendedRows } from '../support/rows.ts'
import { userIdOf } from '../support/user-id.ts'

const START = 1_763_636_955_123
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0'
const CHROME =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36'
const MINUTE = 60_000

const from = (userAgent: string, remoteAddress: string) => ({ headers: { 'user-agent': userAgent }, remoteAddress })
const atHome = from(FIREFOX, '203.0.113.7')
const onTheWay = from(CHROME, '2001:db8:1:2::3')
const FIRST = {
  ip: '203.0.113.0/24',
  userAgent: FIREFOX,
  device: { browser: 'Firefox', os: 'Windows', kind: 'desktop' },
}
const LATER = { ip: '2001:db8:1::/48', userAgent: CHROME, device: { browser: 'Chrome', os: 'Android', kind: 'phone' } }

const routes = (app: FastifyInstance) => {
  addRotateRoute(app)
  app.get('/metadata', async (request) => ({ metadata: request.sessionMetadata }))
}
const usual = { metadata: true, user: userIdOf }

forEachDatabase((target) => {
  describe('metadata', () => {
    const suite = appSuite(target, { now: START })
    const open = (options: object = {}) => suite.open({ options: { ...usual, ...options }, routes })
    afterEach(() => suite.apps[0]!.storedSession.revoke({ all: true }))
    const only = async (app: FastifyInstance) => {
      const { sessions } = await app.storedSession.list({ user: 'ada', state: 'live' })
      assert.equal(sessions.length, 1)
      return sessions[0]!
    }

    test('has the first and the last use of a session, the last one with a touch', async () => {
      const app = await open()
      const browser = new Browser(app)
      await browser.post('/login', {}, atHome)
      const first = { at: new Date(START), ...FIRST }
      assert.deepEqual((await only(app)).metadata, { first, last: first })
      suite.pass(MINUTE / 2)
      await browser.get('/me', onTheWay)
      await app.storedSession.flush()
      assert.deepEqual((await only(app)).metadata, { first, last: first })
      suite.pass(MINUTE)
      await browser.get('/me', onTheWay)
      await app.storedSession.flush()
      const last = { at: new Date(START + 1.5 * MINUTE), ...LATER }
      assert.deepEqual((await only(app)).metadata, { first, last })
      suite.pass(MINUTE)
      await browser.get('/me', onTheWay)
      await app.storedSession.flush()
      assert.deepEqual((await only(app)).metadata, { first, last: { ...last, at: new Date(START + 2.5 * MINUTE) } })
      await app.storedSession.revoke({ all: true })
      for (const { metadata } of await allRows(suite.database)) assert.equal(metadata, null)
    })

    test('costs no statement of its own', async () => {
      const client = suite.closing(counted(suite.database))
      const app = await suite.openOn(client.drizzle, { options: usual, routes })
      const plain = await suite.openOn(client.drizzle, { options: { ...usual, metadata: false }, routes })
      const statementsOf = async (where: FastifyInstance) => {
        const browser = new Browser(where)
        client.statements.length = 0
        await browser.post('/login', {}, atHome)
        for (let n = 0; n < 3; n++) await browser.get('/me', onTheWay)
        suite.pass(2 * MINUTE)
        await browser.get('/me', onTheWay)
        await where.storedSession.flush()
        await browser.post('/change', { n: 1 }, atHome)
        return client.statements.length
      }
      assert.equal(await statementsOf(app), await statementsOf(plain))
    })

    test('has the last use with a save, and is the same in the request', async () => {
      const app = await open()
      const browser = new Browser(app)
      assert.deepEqual((await browser.get('/metadata', atHome)).json(), {})
      await browser.post('/login', {}, atHome)
      await browser.post('/change', { n: 1 }, onTheWay)
      const { metadata } = await only(app)
      assert.deepEqual([metadata?.first.ip, metadata?.last.ip], [FIRST.ip, LATER.ip])
      assert.deepEqual((await browser.get('/metadata', onTheWay)).json(), JSON.parse(JSON.stringify({ metadata })))
    })

    test('is sealed again with its session, so that a former key can go', async () => {
      const ring = (...names: string[]) => ({ keys: staticKeys(names.map((name) => namedKey(name))) })
      const [before, after, alone] = [await open(ring('old')), await open(ring('new', 'old')), await open(ring('new'))]
      const [saved, resealed] = [new Browser(before), new Browser(before)]
      for (const browser of [saved, resealed]) await browser.post('/login', {}, atHome)
      await new Browser(after, saved.cookies()).post('/change', { n: 1 }, atHome)
      await new Browser(after, resealed.cookies()).get('/me', onTheWay)
      suite.pass(2 * MINUTE)
      await new Browser(after, resealed.cookies()).get('/me', onTheWay)
      await after.storedSession.flush()
      assert.equal((await after.storedSession.reencrypt()).remaining, 0)
      const { sessions } = await alone.storedSession.list({ user: 'ada', state: 'live' })
      assert.deepEqual(
        sessions.map(({ metadata }) => metadata?.first.userAgent),
        [FIREFOX, FIREFOX],
      )
      assert.deepEqual(sessions.map(({ metadata }) => metadata?.last.ip).sort(), [LATER.ip, FIRST.ip])
    })

    test('stays with a session that gets another id, and begins again with another session', async () => {
      const app = await open()
      const browser = new Browser(app)
      await browser.post('/login', {}, atHome)
      suite.pass(MINUTE)
      await browser.post('/rotate', {}, onTheWay)
      const { first, last } = (await only(app)).metadata!
      assert.deepEqual([first.ip, first.userAgent, last.ip], [FIRST.ip, FIREFOX, LATER.ip])
      await browser.post('/login', {}, onTheWay)
      assert.equal((await only(app)).metadata?.first.ip, LATER.ip)
    })

    test('shows nothing in the database, and does not open in another row or when it was changed', async () => {
      const app = await open({ metadata: { ip: 'full', extra: () => ({ branch: 'Rue de Rivoli' }) } })
      const browsers = [new Browser(app), new Browser(app)]
      for (const browser of browsers) await browser.post('/login', {}, atHome)
      const rows = await unendedRows(suite.database)
      for (const { metadata } of rows) {
        const text = metadata!.toString('latin1')
        for (const word of ['203.0', 'Firefox', 'Windows', 'Rivoli', 'branch']) assert.ok(!text.includes(word), word)
        assert.ok(!metadata!.includes(Buffer.from([203, 0, 113])))
      }
      await setMetadata(rows[0]!, rows[1]!.metadata!)
      const changed = Buffer.from(rows[1]!.metadata!)
      changed[20]! ^= 1
      await setMetadata(rows[1]!, changed)
      const { sessions } = await app.storedSession.list({ user: 'ada', state: 'live' })
      assert.deepEqual(
        sessions.map(({ metadata }) => metadata),
        [undefined, undefined],
      )
      suite.pass(2 * MINUTE)
      for (const browser of browsers) {
        assert.deepEqual((await browser.get('/me', atHome)).json(), { userId: 'ada' })
        assert.equal((await browser.post('/change', { n: 2 }, atHome)).statusCode, 200)
      }
      const again = await app.storedSession.list({ user: 'ada', state: 'live' })
      // A use in a foreign row differs, and so it was replaced; that of the other row seems to be the same.
      const found = again.sessions.find(({ metadata }) => metadata)?.metadata
      assert.deepEqual([found?.first.ip, found?.last.extra], [undefined, { branch: 'Rue de Rivoli' }])

      async function setMetadata({ sid }: StoredRow, metadata: Buffer) {
        const [first, second] = target.dialect === 'pg' ? ['$1', '$2'] : ['?', '?']
        await suite.database.query(`UPDATE stored_sessions SET metadata = ${first} WHERE sid = ${second}`, [
          metadata,
          sid,
        ])
      }
    })

    test('opens for lists where payloads are bound to their cookies', async () => {
      const app = await open({ bindToCookie: true })
      await new Browser(app).post('/login', {}, atHome)
      assert.equal((await only(app)).metadata?.first.userAgent, FIREFOX)
    })

    test('is begun late without a first use, and ends when the option is off', async () => {
      const off = await open({ metadata: false })
      const browser = new Browser(off)
      await browser.post('/login', {}, atHome)
      assert.equal((await only(off)).metadata, undefined)
      const on = await open()
      await new Browser(on, browser.cookies()).post('/change', { n: 1 }, onTheWay)
      const { metadata } = await only(on)
      assert.deepEqual(metadata?.first, { at: new Date(Date.now()) })
      assert.equal(metadata?.last.ip, LATER.ip)
    })

    test('has a location, and a function that fails, hangs or returns too much costs 50 ms and no request', async () => {
      const failures: string[] = []
      const open = async (location: unknown) => {
        const app = await suite.open({ options: { ...usual, metadata: { location } as never }, routes })
        app.storedSession.on('metadataFailure', ({ what }) => failures.push(what))
        return app
      }
      const cases: [location: unknown, expected: object | undefined, failures: number][] = [
        [(_: unknown, ip: string) => ({ country: 'FR', city: ip }), { country: 'FR', city: '203.0.113.7' }, 0],
        [async () => ({ country: 'DE', latitude: 52.5 }), { country: 'DE', latitude: 52.5 }, 0],
        [() => undefined, undefined, 0],
        [
          () => {
            throw new Error('no database')
          },
          undefined,
          1,
        ],
        [() => Promise.reject(new Error('no database')), undefined, 1],
        [() => new Promise(() => {}), undefined, 1],
        [() => ({ country: 'x'.repeat(1_000_000), city: 7 }), { country: 'x'.repeat(128) }, 0],
      ]
      for (const [location, expected, count] of cases) {
        failures.length = 0
        const app = await open(location)
        const browser = new Browser(app)
        assert.equal((await browser.post('/login', {}, atHome)).statusCode, 200)
        assert.deepEqual((await only(app)).metadata?.first.location, expected)
        assert.equal(failures.length, count)
        await app.storedSession.revoke({ all: true })
      }
    })

    test('believes a proxy as far as Fastify trusts it', async () => {
      const forged = {
        headers: { 'user-agent': FIREFOX, 'x-forwarded-for': '198.51.100.9' },
        remoteAddress: '10.0.0.1',
      }
      for (const [trustProxy, ip] of [
        [false, '10.0.0.0/24'],
        [true, '198.51.100.0/24'],
        ['10.0.0.0/8', '198.51.100.0/24'],
        [['192.0.2.1'], '10.0.0.0/24'],
        [(address: string) => address === '10.0.0.1', '198.51.100.0/24'],
      ] as const) {
        const app = await suite.open({ options: usual, server: { trustProxy: trustProxy as never } })
        await new Browser(app).post('/login', {}, forged)
        assert.equal((await only(app)).metadata?.first.ip, ip)
        await app.storedSession.revoke({ all: true })
      }
    })

    test('refuses an option that it does not know, by its name', async () => {
      for (const [metadata, message] of [
        [{ ips: true }, /metadata\.ips/],
        [{ ip: 'short' }, /metadata\.ip/],
        [{ location: 'FR' }, /metadata\.location/],
        ['yes', /metadata/],
      ] as const) {
        await assert.rejects(open({ metadata: metadata as never }), message)
      }
    })
  })
})
