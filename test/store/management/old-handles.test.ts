import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type KeyProvider, type StoredSessionOptions, staticKeys } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { namedKey } from '../../keys/named-key.ts'
import { addRememberRoute, addRotateRoute, Browser, cookieLines } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { handshake } from '../../support/handshake.ts'
import { allRows, rowOf, setColumn } from '../../support/rows.ts'
import { destroy } from '../../support/sessions.ts'
import { userIdOf } from '../../support/user-id.ts'
import { rotated, signIn, type Visitor, visitorOf } from '../../support/visitor.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const OVERLAP = 10_000
const ring = (...names: string[]) => staticKeys(names.map((name) => namedKey(name)))

/** Ids and handles from long ago: of sessions that were rotated, or ended and were trimmed. */
forEachDatabase((target) => {
  const suite = appSuite(target, { now: 1_732_100_000_000 })
  const { pass } = suite
  const unreadable: unknown[] = []

  beforeEach(async () => {
    unreadable.length = 0
    if (suite.apps.length > 0) await suite.database.query('DELETE FROM stored_sessions')
  })

  async function open(options: Partial<StoredSessionOptions> = {}): Promise<FastifyInstance> {
    const app = await suite.open({
      options: { user: userIdOf, rotationOverlap: OVERLAP, warnKeyAge: false, ...options },
      routes(app) {
        addRotateRoute(app)
        addRememberRoute(app)
      },
    })
    app.storedSession.on('unreadable', (event) => unreadable.push(event))
    return app
  }

  const handleOf = (app: FastifyInstance, { id }: Visitor) => app.storedSession.handle({ sessionId: id })

  for (const [how, end] of [
    ['revoked', (app: FastifyInstance) => app.storedSession.revoke({ user: 'ada' })],
    ['signed out', (_app: FastifyInstance, visitor: Visitor) => visitor.post('/logout')],
  ] as const) {
    test(`a handshake revives no session that was ${how} and trimmed since, by whatever it does`, async () => {
      const app = await open()
      const visitor = await signIn(app)
      const [reloading, saving] = [await handshake(app, visitor.sessionId), await handshake(app, visitor.sessionId)]
      await end(app, visitor)
      pass(3 * DAY)
      await app.storedSession.trim()
      assert.equal(await rowOf(suite.database, visitor.id), undefined)
      await reloading.session.reload()
      reloading.session.userId = 'ada'
      await reloading.session.save()
      saving.session.n = 1
      await saving.session.save()
      assert.deepEqual(await allRows(suite.database), [])
      assert.deepEqual(await visitor.me(), { endReason: 'unknown' })
    })
  }

  test('a visitor whose new session is reloaded before it was stored can still sign in with it', async () => {
    const app = await open()
    const request = await handshake(app, 'no cookie of ours')
    await request.session.reload()
    request.session.userId = 'ada'
    await request.session.save()
    const [row] = await allRows(suite.database)
    assert.deepEqual([row?.userId, row?.endedAt], ['ada', null])
  })

  test('whoever leaves by an id that was rotated long ago leaves, though everything that was due was trimmed', async () => {
    const app = await open()
    const old = await signIn(app)
    await old.post('/remember', { maxAge: 20 * DAY })
    const owner = await rotated(app, await rotated(app, old))
    pass(19 * DAY)
    await app.storedSession.trim()
    await destroy(app.storedSession.store, old.id)
    assert.deepEqual(await owner.me(), { endReason: 'destroyed' })
  })

  describeKeys('the key that sealed what was there is removed', async (app) => {
    const again = await open({ keys: ring('new', 'old') })
    const { remaining } = await again.storedSession.reencrypt()
    assert.equal(remaining, 0)
    return app
  })

  function describeKeys(how: string, rotateKeys: (app: FastifyInstance) => Promise<unknown>): void {
    async function prepared() {
      const app = await open({ keys: ring('old') })
      const [old, another] = [await signIn(app), await signIn(app)]
      const owner = await rotated(app, await rotated(app, old))
      await rotateKeys(app)
      const later = await open({ keys: ring('new') })
      const here = ({ id, sessionId }: Visitor) => visitorOf(later, id, sessionId)
      return { app: later, old: here(old), owner: here(owner), another: here(another) }
    }

    test(`after ${how}, an old id reads the session still, and its rows are nowhere unreadable`, async () => {
      const { old, owner } = await prepared()
      assert.deepEqual([await old.me(), await owner.me()], [{ userId: 'ada' }, { userId: 'ada' }])
      assert.deepEqual(unreadable, [])
    })

    test(`after ${how}, a handle from before rotations ends its session`, async () => {
      const { app, old, owner } = await prepared()
      assert.deepEqual(await app.storedSession.revoke({ handle: handleOf(app, old) }), { revoked: 1 })
      assert.deepEqual(await owner.me(), { endReason: 'revoked' })
    })

    test(`after ${how}, a handle from before rotations excepts its session`, async () => {
      const { app, old, owner, another } = await prepared()
      const except = handleOf(app, old)
      assert.deepEqual(await app.storedSession.revoke({ user: 'ada', except }), { revoked: 1 })
      assert.deepEqual([await owner.me(), await another.me()], [{ userId: 'ada' }, { endReason: 'revoked' }])
    })

    test(`after ${how}, the old rows are counted under the new key`, async () => {
      const { app } = await prepared()
      const counts = Object.values(await app.storedSession.store.countByKey())
      assert.deepEqual(
        counts.filter((rows) => rows > 0),
        [4],
      )
    })
  }

  const lost = { code: 'FST_STORED_SESSION_LOST_ROTATION' }

  async function withLostRow(provider: KeyProvider) {
    const app = await open({ keys: ring('old') })
    const [old, another] = [await signIn(app), await signIn(app)]
    const owner = await rotated(app, old)
    const later = await open({ keys: provider })
    await setColumn(suite.database, old.id, 'data', Buffer.from('damaged'))
    return { app: later, old, owner, another: visitorOf(later, another.id, another.sessionId) }
  }

  test('when the row of an old id does not open, whoever ends a session by it is told, and nothing has ended', async () => {
    const { app, old, owner, another } = await withLostRow(ring('old'))
    const handle = handleOf(app, old)
    await assert.rejects(app.storedSession.revoke({ handle }), lost)
    await assert.rejects(app.storedSession.revoke({ user: 'ada', except: handle }), lost)
    await assert.rejects(destroy(app.storedSession.store, old.id), lost)
    assert.deepEqual([await owner.me(), await another.me()], [{ userId: 'ada' }, { userId: 'ada' }])
    assert.equal(unreadable.length, 3)
  })

  test('when the row of an old id does not open, its browser keeps the cookie that it has', async () => {
    const { app, old } = await withLostRow(ring('old'))
    const browser = new Browser(app, { sessionId: old.sessionId })
    const response = await browser.get('/me')
    assert.deepEqual([response.json(), cookieLines(response)], [{ endReason: 'unreadable' }, []])
  })

  test('bound to cookies, a handle from before a rotation leads nowhere: it is refused, and nothing has ended', async () => {
    const app = await open({ bindToCookie: true })
    const [old, another] = [await signIn(app), await signIn(app)]
    const owner = await rotated(app, old)
    const handle = handleOf(app, old)
    await assert.rejects(app.storedSession.revoke({ handle }), lost)
    await assert.rejects(app.storedSession.revoke({ user: 'ada', except: handle }), lost)
    await assert.rejects(app.storedSession.revoke({ all: true, except: handle }), lost)
    assert.deepEqual([await owner.me(), await another.me()], [{ userId: 'ada' }, { userId: 'ada' }])
    assert.deepEqual(unreadable, [])
    const except = handleOf(app, owner)
    assert.deepEqual(await app.storedSession.revoke({ user: 'ada', except }), { revoked: 1 })
    assert.deepEqual(await owner.me(), { userId: 'ada' })
  })
})
