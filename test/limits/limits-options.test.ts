import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import Fastify, { type FastifyInstance } from 'fastify'
import byDefault, { type LimitedSessionOptions, limitedSession } from '../../src/limits/limited-session.ts'
import { sourceFiles } from '../architecture/source-files.ts'
import { secret } from '../store/options/options-faults.ts'

describe('limitedSession', () => {
  let app: FastifyInstance
  beforeEach(() => {
    app = Fastify()
  })
  afterEach(() => app.close())

  async function withSession(to = app): Promise<void> {
    await to.register(fastifyCookie)
    await to.register(fastifySession, { secret })
  }

  /** What a registration is refused with. */
  async function refusal(options: unknown, on = app): Promise<string> {
    try {
      await on.register(limitedSession, options as LimitedSessionOptions)
    } catch (error) {
      const { code, message } = error as Error & { code: string }
      assert.equal(code, 'FST_STORED_SESSION_INVALID_OPTIONS', String(error))
      const [, text] = /^stored-session: limitedSession: (.+)$/s.exec(message) ?? []
      return text!
    }
    throw new Error('it was accepted')
  }

  test('takes one limit or both, as milliseconds or text, and false for none', async () => {
    const sound = [
      { idleTimeout: '2h' },
      { absoluteTimeout: 90_000 },
      { idleTimeout: '15m', absoluteTimeout: '12h' },
      { idleTimeout: false, absoluteTimeout: '12h' },
      { idleTimeout: '2h', logLevel: 'warn', prefix: '/app' },
    ]
    for (const options of sound) {
      const one = Fastify()
      await withSession(one)
      await one.register(limitedSession, options as LimitedSessionOptions)
      await one.close()
    }
    assert.equal(byDefault, limitedSession)
  })

  test('refuses wrong, unknown and missing options, each by name', async () => {
    await withSession()
    const message = await refusal({ idleTimeout: '2hours', absoluteTimeout: 0, idelTimeout: '2h' })
    assert.match(message, /idleTimeout must be milliseconds or text such as "90s".*not "2hours"/)
    assert.match(message, /absoluteTimeout must be milliseconds.*not 0/)
    assert.match(message, /idelTimeout is not an option; did you mean idleTimeout\?/)
  })

  for (const options of [{}, undefined, { idleTimeout: false, absoluteTimeout: false }]) {
    test(`refuses to limit nothing: ${JSON.stringify(options)}`, async () => {
      await withSession()
      assert.match(await refusal(options), /^idleTimeout or absoluteTimeout must be given/)
    })
  }

  test('registered before the session plugin, or without one, says what to register first', async () => {
    const message = await refusal({ idleTimeout: '2h' })
    assert.match(message, /^there is no request\.session yet; register @fastify\/session, @fastify\/secure-session or/)
  })

  test('does not take a session of another scope for its own', async () => {
    await app.register(async (scope) => withSession(scope))
    assert.match(await refusal({ idleTimeout: '2h' }), /^there is no request\.session yet/)
  })

  test('refuses a request.session that is of another kind', async () => {
    app.decorateRequest('session', null as never)
    assert.match(
      await refusal({ idleTimeout: '2h' }),
      /^request\.session comes from another plugin than @fastify\/session or/,
    )
  })

  test('refuses to be registered twice, also in a scope of its own', async () => {
    await withSession()
    await app.register(limitedSession, { idleTimeout: '2h' })
    const scoped = app.register(async (scope) => {
      await scope.register(limitedSession, { idleTimeout: '15m' })
    })
    await assert.rejects(
      async () => scoped,
      /limitedSession: it is already registered in this scope or in a parent scope/,
    )
  })
})

test('the limits load nothing of the store, its database or its keys but what checks options and calls back', () => {
  const loaded = loadedBy('limits/limited-session.ts')
  const besides = loaded.filter(
    (path) => !path.startsWith('limits/') && !/^(fastify-plugin|@fastify\/error)$/.test(path),
  )
  assert.ok(loaded.includes('limits/visits.ts'))
  assert.deepEqual(besides.sort(), [
    'errors.ts',
    'keys/fault-list.ts',
    'store/host-callbacks.ts',
    'store/options/option-checks.ts',
    'time/duration.ts',
  ])
})

/** What Node loads with a file of src/: files of it, and packages. */
function loadedBy(path: string, loaded: string[] = []): string[] {
  const { text } = sourceFiles.find((file) => file.path === path)!
  for (const [, name] of text.matchAll(/^(?:import|export) (?!type\b)[^;]*?from '([^']+)'/gm)) {
    const target = name!.startsWith('.') ? posix.join(posix.dirname(path), name!) : name!
    if (loaded.includes(target)) continue
    loaded.push(target)
    if (target !== name) loadedBy(target, loaded)
  }
  return loaded
}
