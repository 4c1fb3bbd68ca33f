import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { sessionOf } from '../support/app.ts'
import { forEachHost, type HostSetup } from './hosts.ts'

const HTTP: NonNullable<HostSetup['options']> = { cookie: { secure: false } }

/** What a method of a session does, with a callback or a promise: resolves with the error that it gave. */
type Method = 'save' | 'reload' | 'regenerate' | 'destroy'
const FORMS = {
  'a callback': (request: FastifyRequest, method: Method) =>
    new Promise((resolve) => request.session[method]((error?: unknown) => resolve(error ?? null))),
  'a promise': (request: FastifyRequest, method: Method) =>
    request.session[method]().then(
      () => null,
      (error: unknown) => error,
    ),
}

forEachHost(({ open }) => {
  async function answer(handler: (request: FastifyRequest) => Promise<unknown>, setup: HostSetup = {}) {
    const app = await open({ options: HTTP, ...setup, routes: (routes: FastifyInstance) => routes.get('/', handler) })
    const { statusCode, body } = await app.inject('/')
    assert.equal(statusCode, 200, body)
    return JSON.parse(body)
  }

  test('a new session has an id, the signed id and a cookie', async () => {
    const { id, signed, hasCookie } = await answer(async ({ session }) => ({
      id: session.sessionId,
      signed: session.encryptedSessionId,
      hasCookie: Boolean(session.cookie),
    }))
    assert.match(id, /^[\w-]{32}$/)
    assert.ok(signed.startsWith(`${id}.`))
    assert.ok(hasCookie)
  })

  test('get() returns what set() stored, and undefined for anything else', async () => {
    const values = await answer(async ({ session }) => {
      session.set('name' as never, 'value' as never)
      return [session.get('name' as never), session.get('other' as never) === undefined]
    })
    assert.deepEqual(values, ['value', true])
  })

  for (const [form, call] of Object.entries(FORMS)) {
    describe(`with ${form}`, () => {
      test('save() stores the session, and reload() keeps what was stored', async () => {
        const seen = await answer(async (request) => {
          sessionOf(request).name = 'stored'
          const saved = await call(request, 'save')
          const isSaved = request.session.isSaved()
          const reloaded = await call(request, 'reload')
          return { saved, isSaved, reloaded, name: sessionOf(request).name }
        })
        assert.deepEqual(seen, { saved: null, isSaved: true, reloaded: null, name: 'stored' })
      })

      test('reload() of a session that was never stored makes it empty', async () => {
        const seen = await answer(async (request) => {
          sessionOf(request).name = 'lost'
          const reloaded = await call(request, 'reload')
          return { reloaded, isEmpty: sessionOf(request).name === undefined }
        })
        assert.deepEqual(seen, { reloaded: null, isEmpty: true })
      })

      test('regenerate() gives the request an empty session with another id', async () => {
        const seen = await answer(async (request) => {
          const { sessionId } = request.session
          sessionOf(request).name = 'left behind'
          const regenerated = await call(request, 'regenerate')
          const isOther = request.session.sessionId !== sessionId
          return { regenerated, isOther, isEmpty: sessionOf(request).name === undefined }
        })
        assert.deepEqual(seen, { regenerated: null, isOther: true, isEmpty: true })
      })

      test('destroy() leaves the request without a session', async () => {
        const seen = await answer(async (request) => {
          const destroyed = await call(request, 'destroy')
          return { destroyed, session: request.session }
        })
        assert.deepEqual(seen, { destroyed: null, session: null })
      })
    })
  }

  test('regenerate(keys) passes the values of these keys on', async () => {
    const seen = await answer(async (request) => {
      Object.assign(request.session, { kept: 1, dropped: 2 })
      await request.session.save()
      await request.session.regenerate(['kept'])
      return { kept: sessionOf(request).kept, isDropped: sessionOf(request).dropped === undefined }
    })
    assert.deepEqual(seen, { kept: 1, isDropped: true })
  })

  test('isModified() is about the values that JSON shows', async () => {
    const seen = await answer(async (request) => {
      const before = request.session.isModified()
      sessionOf(request).name = 'value'
      const changed = request.session.isModified()
      await request.session.save()
      return { before, changed, after: request.session.isModified() }
    })
    assert.deepEqual(seen, { before: false, changed: true, after: false })
  })

  test('touch() moves the date of the cookie by its maxAge', async () => {
    const seen = await answer(
      async ({ session }) => {
        const before = session.cookie.expires!.getTime()
        const begun = Date.now()
        session.cookie.expires = new Date(begun + 1)
        session.touch()
        return session.cookie.expires.getTime() >= begun + 60_000 && before >= begun + 59_000
      },
      { options: { cookie: { secure: false, maxAge: 60_000 } } },
    )
    assert.equal(seen, true)
  })

  test('an idGenerator makes the ids, and sees the request that it makes them for', async () => {
    let made = 0
    const idGenerator = (request?: FastifyRequest) =>
      `${request?.session && sessionOf(request).isReturning ? 'returning' : 'custom'}-of-${request?.url}-${++made}-of-enough-characters`
    const ids = await answer(
      async (request) => {
        const first = request.session.sessionId
        sessionOf(request).isReturning = true
        await request.session.regenerate()
        return [first, request.session.sessionId]
      },
      { options: { ...HTTP, idGenerator } },
    )
    assert.ok(ids[0].startsWith('custom-of-/-'), ids[0])
    assert.ok(ids[1].startsWith('returning-of-/-'), ids[1])
  })

  test('the store of the sessions is in request.sessionStore', async () => {
    const kinds = await answer(async ({ sessionStore }) =>
      (['get', 'set', 'destroy'] as const).map((name) => typeof sessionStore[name]),
    )
    assert.deepEqual(kinds, ['function', 'function', 'function'])
  })
})
