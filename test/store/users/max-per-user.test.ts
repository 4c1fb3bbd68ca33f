import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { StoredSessionOptions } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { addRotateRoute, Browser } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { counted } from '../../support/counting.ts'
import { allRows, unendedRows } from '../../support/rows.ts'
import { userIdOf } from '../../support/user-id.ts'
import { signIn } from '../../support/visitor.ts'
import { twoProcesses } from '../../two-processes/child-process.ts'

const MINUTE = 60_000
const MOST = 3

const [one, other] = twoProcesses()

forEachDatabase((target) => {
  const suite = appSuite(target)
  const client = suite.opening(counted)

  before(async () => void (await open()))
  beforeEach(() => suite.database.query('DELETE FROM stored_sessions'))

  const open = (
    options: Partial<StoredSessionOptions> = {},
    where: StoredSessionOptions['database'] = suite.database.url,
  ): Promise<FastifyInstance> => suite.openOn(where, { options: { user: userIdOf, maxPerUser: MOST, ...options } })

  const live = async (userId: string) => (await unendedRows(suite.database)).filter((row) => row.userId === userId)

  for (const evict of ['oldest', 'least-recent'] as const) {
    test(`of 50 sign-ins of one user at once in two processes no more than maxPerUser stay, ${evict} first`, async () => {
      for (const process of [one, other]) await process.open(suite.database.url, true, { maxPerUser: MOST, evict })
      const begun = [one, other].map((process) => process.do('saveNewAtOnce', 'ada', 25))
      const bystanders = one.do('saveNewAtOnce', 'grace', MOST)
      const ids = (await Promise.all(begun)).flat().map(({ id }) => id)
      const present = await one.do('present', ids)
      await bystanders
      assert.ok(present.length >= 1 && present.length <= MOST, `${present.length} are left`)
      assert.equal((await live('ada')).length, present.length)
      assert.equal((await live('grace')).length, MOST)
      if (evict === 'oldest') {
        assert.equal(present.length, MOST)
        const rows = (await allRows(suite.database)).filter(({ endReason }) => endReason === 'evicted')
        const youngest = Math.max(...rows.map(({ createdAt }) => createdAt))
        assert.ok((await live('ada')).every(({ createdAt }) => createdAt >= youngest))
      }
      for (const process of [one, other]) await process.do('close')
    })
  }

  test('of 50 sign-ins of one user at once in two processes exactly maxPerUser succeed when others are refused', async () => {
    for (const process of [one, other])
      await process.open(suite.database.url, true, { maxPerUser: MOST, evict: 'refuse' })
    for (let round = 0; round < 3; round += 1) {
      const answers = await Promise.all([one, other].map((process) => process.do('signInAtOnce', 'ada', 25)))
      const ids = answers.flatMap((answer) => answer.ids)
      const errors = answers.flatMap((answer) => answer.errors)
      assert.equal(ids.length, MOST)
      assert.deepEqual(errors, Array(50 - MOST).fill('FST_STORED_SESSION_TOO_MANY'))
      assert.equal((await live('ada')).length, MOST)
      assert.deepEqual((await one.do('present', ids)).toSorted(), ids.toSorted())
      await one.do('revoke', 'ada')
    }
    for (const process of [one, other]) await process.do('close')
  })

  test('who is refused is told so with 403, and is let in when a session of theirs is over', async () => {
    const app = await open({ evict: 'refuse' })
    const visitors = []
    for (let n = 0; n < MOST; n += 1) visitors.push(await signIn(app))
    const refused = await new Browser(app).post('/login')
    assert.deepEqual([refused.statusCode, refused.json().code], [403, 'FST_STORED_SESSION_TOO_MANY'])
    assert.equal(refused.headers['set-cookie'], undefined)
    await visitors[0]!.post('/logout')
    const inside = await signIn(app)
    assert.deepEqual(await inside.me(), { userId: 'ada' })
    assert.equal((await new Browser(app).post('/login')).statusCode, 403)
    // Leaving without ending the session gives its place back too.
    await visitors[1]!.post('/change', { userId: null })
    assert.deepEqual(await (await signIn(app)).me(), { userId: 'ada' })
    assert.equal((await live('ada')).length, MOST)
  })

  test('places are counted from the sessions that there are when there is no list of them', async () => {
    const unlimited = await suite.open({ options: { user: userIdOf } })
    for (let n = 0; n < MOST; n += 1) await signIn(unlimited)
    const app = await open({ evict: 'refuse' })
    assert.equal((await new Browser(app).post('/login')).statusCode, 403)
  })

  test('a session whose id is rotated keeps its place, and takes no other', async () => {
    const options = { user: userIdOf, maxPerUser: 2, evict: 'refuse' } as const
    const app = await suite.open({ options, routes: addRotateRoute })
    const visitor = await signIn(app)
    assert.equal((await visitor.post('/rotate')).json().rotated, true)
    await signIn(app)
    assert.equal((await new Browser(app).post('/login')).statusCode, 403)
    assert.equal((await live('ada')).length, 2)
  })

  test('the oldest session ends as evicted, also when it was used a moment ago', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
    const app = await open()
    const visitors = []
    for (let n = 0; n < MOST; n += 1) {
      visitors.push(await signIn(app))
      t.mock.timers.setTime(Date.now() + MINUTE)
    }
    await visitors[0]!.post('/change', { n: 1 })
    const newest = await signIn(app)
    assert.deepEqual(await visitors[0]!.me(), { endReason: 'evicted' })
    for (const visitor of [visitors[1]!, visitors[2]!, newest]) assert.deepEqual(await visitor.me(), { userId: 'ada' })
  })

  test('with least-recent the session ends that was not used for longest', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
    const app = await open({ evict: 'least-recent' })
    const visitors = []
    for (let n = 0; n < MOST; n += 1) {
      visitors.push(await signIn(app))
      t.mock.timers.setTime(Date.now() + MINUTE)
    }
    await visitors[0]!.post('/change', { n: 1 })
    await signIn(app)
    assert.deepEqual(await visitors[1]!.me(), { endReason: 'evicted' })
    assert.deepEqual(await visitors[0]!.me(), { userId: 'ada', n: 1 })
  })

  test('sessions that are over take no place', async () => {
    const app = await open()
    const first = await signIn(app)
    for (let n = 0; n < 4; n += 1) await (await signIn(app)).post('/logout')
    for (let n = 1; n < MOST; n += 1) await signIn(app)
    assert.deepEqual(await first.me(), { userId: 'ada' })
  })

  test('a session that becomes that of another user counts as theirs', async () => {
    const app = await open({ maxPerUser: 1 })
    const [ada, grace] = [await signIn(app), await signIn(app)]
    assert.deepEqual(await ada.me(), { endReason: 'evicted' })
    await grace.post('/change', { userId: 'grace' })
    const again = await signIn(app)
    assert.deepEqual([await grace.me(), await again.me()], [{ userId: 'grace' }, { userId: 'ada' }])
    const newer = await signIn(app)
    await newer.post('/change', { userId: 'grace' })
    assert.deepEqual(await grace.me(), { endReason: 'evicted' })
  })

  test('only a sign-in costs statements: one that lists, and one for each session that ends', async () => {
    const kinds = () => client.statements.map((statement) => statement.trim().slice(0, 6).toLowerCase())
    const unlimited = await suite.openOn(client.drizzle, { options: { user: userIdOf } })
    const app = await open({}, client.drizzle)
    // The first use of a connection may ask the server about itself.
    for (let n = 0; n < MOST; n += 1) await new Browser(unlimited).post('/login')
    client.statements.length = 0
    await new Browser(unlimited).post('/login')
    const usual = kinds()
    await suite.database.query('DELETE FROM stored_sessions')
    for (let n = 0; n < MOST; n += 1) await signIn(app)
    const browser = new Browser(app)
    client.statements.length = 0
    await browser.post('/login')
    assert.deepEqual(kinds(), [...usual, 'select', 'update'])
    client.statements.length = 0
    await browser.post('/change', { n: 1 })
    assert.deepEqual(kinds(), ['select', 'update'])
  })

  test('a sign-in that may be refused costs two reads, and one statement that takes the place', async () => {
    const app = await open({ evict: 'refuse' }, client.drizzle)
    const kindsOf = (kind: RegExp) => client.statements.filter((statement) => kind.test(statement.trim())).length
    for (let n = 1; n < MOST; n += 1) await signIn(app)
    client.statements.length = 0
    await signIn(app)
    assert.equal(kindsOf(/^select/i), 2)
    assert.equal(kindsOf(/^update.*end_reason/is), 1)
    client.statements.length = 0
    assert.equal((await new Browser(app).post('/login')).statusCode, 403)
    assert.equal(kindsOf(/^update/i), 0)
  })
})
