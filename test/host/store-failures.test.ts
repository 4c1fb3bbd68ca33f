import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyRequest } from 'fastify'
import { sessionOf } from '../support/app.ts'
import { forEachHost, type HostSetup } from './hosts.ts'

const HTTP: NonNullable<HostSetup['options']> = { cookie: { secure: false } }

type Method = 'save' | 'reload' | 'regenerate' | 'destroy'
const METHODS: Method[] = ['save', 'reload', 'regenerate', 'destroy']
const FORMS = {
  'its callback': (request: FastifyRequest, method: Method) =>
    new Promise((resolve) => request.session[method]((error?: unknown) => resolve(error))),
  'its promise': (request: FastifyRequest, method: Method) =>
    request.session[method]().catch((error: unknown) => error),
}

forEachHost(({ open, failing, name }) => {
  /** What a client gets: the error of the store, or one that says no more than to try again. */
  const status = name === 'MemoryStore' ? 500 : 503

  for (const method of METHODS) {
    for (const [form, call] of Object.entries(FORMS)) {
      test(`${method}() gives the failure of the store to ${form}`, async () => {
        const app = await open({
          options: HTTP,
          routes: (app) => {
            app.get('/begin', async (request) => {
              sessionOf(request).name = 'value'
              return {}
            })
            app.get('/fail', async (request, reply) => {
              sessionOf(request).name = 'another'
              const error = await failing(() => call(request, method))
              return reply.code(error instanceof Error ? 418 : 200).send({})
            })
          },
        })
        const begun = await app.inject('/begin')
        const { value } = begun.cookies[0]!
        const { statusCode } = await app.inject({ url: '/fail', cookies: { sessionId: value } })
        assert.equal(statusCode, 418)
      })
    }
  }

  test('a session that cannot be read or stored is a failure of the request, which sends no cookie', async () => {
    const app = await open({
      options: HTTP,
      routes: (app) => {
        app.get('/read', async (request) => ({ name: sessionOf(request).name ?? null }))
        app.get('/change', async (request) => {
          sessionOf(request).name = 'value'
          return {}
        })
      },
    })
    const { value } = (await app.inject('/change')).cookies[0]!
    const [read, changed] = await failing(async () => [
      await app.inject({ url: '/read', cookies: { sessionId: value } }),
      await app.inject('/change'),
    ])
    for (const response of [read!, changed!])
      assert.deepEqual([response.statusCode, response.headers['set-cookie']], [status, undefined])
    const after = await app.inject({ url: '/read', cookies: { sessionId: value } })
    assert.equal(after.json().name, 'value')
  })
})
