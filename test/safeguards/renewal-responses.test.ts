import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeEach, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { cookieLines, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { unendedRows } from '../support/rows.ts'
import { until } from '../support/until.ts'
import { userIdOf } from '../support/user-id.ts'
import { addRenewalRoutes, type Copy, EVERY, RENEWING, signedIn } from './renewing-app.ts'

/** Headers of responses, and whether these may carry the cookie of a renewal. */
const HEADERS: [headers: Record<string, string>, mayCarry: boolean][] = [
  [{}, true],
  [{ 'cache-control': 'no-store' }, true],
  [{ 'cache-control': 'no-cache' }, true],
  [{ 'cache-control': 'private, max-age=600' }, true],
  [{ 'cache-control': 'max-age=0, must-revalidate' }, true],
  [{ expires: '0' }, true],
  [{ 'cache-control': 'public' }, false],
  [{ 'cache-control': 'Public, max-age=0' }, false],
  [{ 'cache-control': 'max-age=60' }, false],
  [{ 'cache-control': 'max-age="060"' }, false],
  [{ 'cache-control': 's-maxage=60' }, false],
  [{ 'cache-control': 'immutable' }, false],
  [{ 'cdn-cache-control': 'max-age=60' }, false],
  [{ 'cdn-cache-control': 'no-store' }, true],
  [{ 'surrogate-control': 'max-age=60', 'cache-control': 'no-store' }, false],
  [{ expires: 'Fri, 31 Dec 2100 23:59:59 GMT' }, false],
  [{ expires: 'Fri, 31 Dec 2100 23:59:59 GMT', 'cache-control': 'no-cache' }, true],
]

const STATUSES: [status: number, mayCarry: boolean][] = [
  [200, true],
  [204, true],
  [302, true],
  [403, true],
  [404, true],
  [304, false],
  [500, false],
  [503, false],
]

forEachDatabase((target) => {
  describe('a renewal', () => {
    const suite = appSuite(target, { now: 1_732_100_000_000 })
    let app: FastifyInstance
    let holder: Copy

    beforeEach(async () => {
      app ??= await suite.open({ options: { user: userIdOf, ...RENEWING }, routes })
      holder = await signedIn(app)
      suite.pass(EVERY)
    })

    const isRenewed = async (url: string, headers: Record<string, string> = {}) =>
      cookieLines(await holder.get(url, headers)).length === 1

    for (const [headers, mayCarry] of HEADERS) {
      test(`goes ${mayCarry ? 'with' : 'past'} a response with ${JSON.stringify(headers)}`, async () => {
        assert.equal(await isRenewed(`/headers?set=${encodeURIComponent(JSON.stringify(headers))}`), mayCarry)
        // What could not carry the cookie has renewed nothing.
        assert.equal(await isRenewed('/all'), !mayCarry)
      })
    }

    for (const [status, mayCarry] of STATUSES) {
      test(`goes ${mayCarry ? 'with' : 'past'} a response with the status ${status}`, async () => {
        assert.equal(await isRenewed(`/status/${status}`), mayCarry)
      })
    }

    test('goes past the answer of a request that may end as 304', async () => {
      assert.equal(await isRenewed('/all', { 'if-none-match': '"a"' }), false)
      assert.equal(await isRenewed('/all', { 'if-modified-since': new Date().toUTCString() }), false)
      assert.equal(await isRenewed('/all'), true)
    })

    test('goes past HEAD and OPTIONS', async () => {
      for (const method of ['HEAD', 'OPTIONS'] as const) {
        const response = await app.inject({ method, url: '/any', cookies: { sessionId: holder.cookie } })
        assert.deepEqual(cookieLines(response), [])
      }
      assert.equal(await isRenewed('/any'), true)
    })

    test('goes past a response that the application writes itself', async () => {
      assert.equal(await isRenewed('/hijacked'), false)
      assert.equal(await isRenewed('/all'), true)
    })

    test('goes with the error of a handler that is no server error, and with what the handler changed', async () => {
      const response = await holder.post('/refused')
      assert.equal(response.statusCode, 422)
      assert.deepEqual(await holder.after(response).content(), { userId: 'ada', tries: 1 })
    })

    test('goes past a client that has gone', async () => {
      await app.listen({ port: 0, host: '127.0.0.1' })
      const { port } = app.server.address() as AddressInfo
      const headers = { cookie: `sessionId=${holder.cookie}` }
      const request = httpRequest({ port, path: '/waits', headers })
      request.on('error', () => {})
      request.end()
      await until('the handler runs', () => entered.length > 0)
      const { raw, leave } = entered.pop()!
      const closed = once(raw, 'close')
      request.destroy()
      await closed
      await leave()
      assert.equal(await isRenewed('/all'), true)
    })

    test('leaves one session, whichever response it went with', async () => {
      await app.storedSession.revoke({ all: true })
      holder = await signedIn(app)
      suite.pass(EVERY)
      for (const url of ['/status/304', '/hijacked', '/status/200', '/status/200']) await holder.get(url)
      assert.equal((await unendedRows(suite.database)).length, 1)
    })
  })
})

/** Requests that wait in their handler. */
const entered: { raw: NodeJS.EventEmitter; leave(): Promise<void> }[] = []

function routes(app: FastifyInstance): void {
  addRenewalRoutes(app)
  app.get<{ Querystring: { set: string } }>('/headers', async (request, reply) => {
    reply.headers(JSON.parse(request.query.set))
    return {}
  })
  app.get<{ Params: { status: string } }>('/status/:status', async (request, reply) => {
    reply.code(Number(request.params.status))
    return reply.send(Number(request.params.status) === 204 ? undefined : {})
  })
  app.route({ method: ['GET', 'HEAD', 'OPTIONS'], url: '/any', handler: async () => ({}) })
  app.get('/hijacked', (request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'set-cookie': app.storedSession.setCookieHeader(request) })
    reply.raw.end()
  })
  app.post('/refused', async (request) => {
    sessionOf(request).tries = 1
    throw Object.assign(new Error('refused'), { statusCode: 422 })
  })
  app.get('/waits', async (request, reply) => {
    const sent = once(reply.raw, 'close')
    await new Promise<void>((resolve) => {
      entered.push({
        raw: request.raw.socket,
        leave: async () => {
          resolve()
          await sent
        },
      })
    })
    return {}
  })
}
