import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { databases } from '../../harness/databases.ts'
import { appSuite } from '../../support/app-suite.ts'
import { dashboardRoutes, Operator, signIn, withEverything } from '../dashboard-app.ts'

for (const database of databases) {
  describe(`one session and one user in the dashboard, ${database.name}`, () => {
    const suite = appSuite(database)
    let app: FastifyInstance
    let operator: Operator

    before(async () => {
      app = await suite.open({ options: withEverything, routes: dashboardRoutes({ reveal: true }) })
      operator = new Operator(app)
    })

    const eventsOf = async (handle: string) => (await app.storedSession.history({ handle })).events
    const isSignedIn = async ({ browser }: Awaited<ReturnType<typeof signIn>>) =>
      (await browser.get('/me')).json().userId !== undefined

    test('shows a session: its user, device, place, key, version and history', async () => {
      const { handle } = await signIn(app, 'ada', { country: 'DE' })
      const { body } = await operator.show(`/sessions/${handle}`)
      for (const text of ['>ada</a>', 'Firefox on Windows', 'Germany', '203.0.113.0/24', 'Signed in', 'live', handle]) {
        assert.ok(body.includes(text), text)
      }
    })

    test('ends one session after a question, with the operator in the history', async () => {
      const [one, other] = [await signIn(app, 'bob'), await signIn(app, 'bob')]
      const path = `/sessions/${one.handle}/end`
      assert.match((await operator.show(path)).body, /End this session\?/)
      assert.equal(await isSignedIn(one), true)
      const { headers, statusCode } = await operator.submit(path)
      assert.equal(statusCode, 303)
      assert.deepEqual([await isSignedIn(one), await isSignedIn(other)], [false, true])
      const { body } = await operator.show(String(headers.location).replace(/^.*(?=\/sessions\/2)/, ''))
      assert.match(body, /The session has ended\./)
      assert.match(body, /by grace/)
      assert.equal((await eventsOf(one.handle)).find(({ kind }) => kind === 'revoked')?.actor, 'grace')
      assert.match((await operator.submit(path)).headers.location as string, /ended-0$/)
    })

    test('follows a session that got another id, in both directions', async () => {
      const { browser, handle } = await signIn(app, 'kim')
      await browser.post('/rotate')
      const { sessions } = await app.storedSession.list({ user: 'kim', state: 'live' })
      const current = sessions[0]!.handle
      assert.notEqual(current, handle)
      assert.match((await operator.show(`/sessions/${handle}`)).body, new RegExp(`href="[^"]*/sessions/${current}"`))
      assert.match((await operator.show(`/sessions/${current}`)).body, /Got another id[\s\S]*Session began/)
      await operator.submit(`/sessions/${handle}/end`)
      assert.equal((await browser.get('/me')).json().userId, undefined)
    })

    test('looks at content once it was recorded, and only where that is allowed', async () => {
      const { handle } = await signIn(app, 'liv', { data: { cart: { items: ['<b>tea</b>'] } } })
      const heard: object[] = []
      app.storedSession.on('revealed', (event) => heard.push(event))
      const path = `/sessions/${handle}/reveal`
      const { body, statusCode } = await operator.submit(path, {}, { page: `/sessions/${handle}` })
      assert.equal(statusCode, 200)
      assert.match(body, /&lt;b&gt;tea&lt;\/b&gt;/)
      assert.doesNotMatch(body, /originalMaxAge/)
      assert.deepEqual(heard, [{ sid: handle, actor: 'grace' }])
      const looks = (await eventsOf(handle)).filter(({ kind }) => kind === 'revealed')
      assert.deepEqual(
        looks.map(({ actor, user }) => [actor, user]),
        [['grace', 'liv']],
      )
      const closed = await suite.open({ options: withEverything, routes: dashboardRoutes() })
      const there = await signIn(closed, 'liv')
      const refused = await new Operator(closed).submit(
        `/sessions/${there.handle}/reveal`,
        {},
        { page: `/user/sign-out?user=liv` },
      )
      assert.equal(refused.statusCode, 403)
    })

    test('looks at no ended session, and at no more than ten in a minute', async () => {
      const { handle } = await signIn(app, 'mia')
      const linus = new Operator(app, 'linus')
      const statuses: number[] = []
      for (let look = 1; look <= 11; look++) {
        const response = await linus.submit(`/sessions/${handle}/reveal`, {}, { page: `/sessions/${handle}` })
        statuses.push(response.statusCode)
        if (look === 11) assert.ok(Number(response.headers['retry-after']) > 0)
      }
      assert.deepEqual(statuses, [...Array(10).fill(200), 429])
      const moore = new Operator(app, 'moore')
      const page = `/user/sign-out?user=mia`
      await moore.token(page)
      await app.storedSession.revoke({ handle })
      assert.equal((await moore.submit(`/sessions/${handle}/reveal`, {}, { page })).statusCode, 404)
    })

    test('signs a user out everywhere after a question with the count', async () => {
      const all = [await signIn(app, 'ned'), await signIn(app, 'ned'), await signIn(app, 'ned')]
      assert.match((await operator.show('/user/sign-out?user=ned')).body, /3 sessions would end/)
      const { headers } = await operator.submit('/user/sign-out', { user: 'ned' }, { page: '/user/sign-out?user=ned' })
      assert.match(String(headers.location), /\/user\?user=ned&done=everywhere-3$/)
      assert.deepEqual(await Promise.all(all.map(isSignedIn)), [false, false, false])
      assert.match((await operator.show('/user?user=ned&done=everywhere-3')).body, /3 sessions of this user ended\./)
    })

    test('forgets a user only after the user was typed', async () => {
      await signIn(app, 'oda@example.com')
      const page = '/user/forget?user=oda@example.com'
      const user = 'oda@example.com'
      assert.match((await operator.show(page)).body, /1 session would end/)
      for (const confirmation of ['', 'oda', 'ODA@example.com']) {
        assert.equal((await operator.submit('/user/forget', { user, confirmation }, { page })).statusCode, 400)
      }
      assert.equal((await app.storedSession.list({ user })).sessions.length, 1)
      const { headers } = await operator.submit('/user/forget', { user, confirmation: user }, { page })
      assert.match(String(headers.location), /done=forgotten-1$/)
      assert.equal((await app.storedSession.history({ user })).events.length, 0)
    })

    test('says what is missing: a session that is not there, a user that is not named', async () => {
      for (const path of [
        '/sessions/2::00',
        `/sessions/2::${'0'.repeat(64)}`,
        '/sessions/x/end',
        '/user',
        '/user/forget',
      ]) {
        assert.equal((await operator.show(path)).statusCode, 404, path)
      }
      assert.match((await operator.show('/user?user=nobody')).body, /No session has this user/)
    })
  })
}

describe('the dashboard without the options user, metadata and history', () => {
  const suite = appSuite(databases[0]!)

  test('shows sessions without users, and says what is off', async () => {
    const app = await suite.open({ routes: dashboardRoutes({ reveal: true }) })
    const operator = new Operator(app)
    const { handle } = await signIn(app, 'ada')
    const { body } = await operator.show('/sessions')
    assert.doesNotMatch(body, /name="(user|kind|country)"/)
    assert.ok(body.includes(`/sessions/${handle}"`))
    assert.match((await operator.show(`/sessions/${handle}`)).body, /Set the option <code>history: true<\/code>/)
    const look = await operator.submit(`/sessions/${handle}/reveal`, {}, { page: `/sessions/${handle}` })
    assert.match(look.body, /userId/)
    assert.match(String((await operator.submit(`/sessions/${handle}/end`)).headers.location), /ended-1$/)
  })

  test('offers no look where content opens only with its cookie', async () => {
    const app = await suite.open({ options: { bindToCookie: true }, routes: dashboardRoutes({ reveal: true }) })
    const operator = new Operator(app)
    const { handle } = await signIn(app, 'ada')
    assert.doesNotMatch((await operator.show(`/sessions/${handle}`)).body, /reveal/)
    const page = `/sessions/${handle}/end`
    assert.equal((await operator.submit(`/sessions/${handle}/reveal`, {}, { page })).statusCode, 400)
  })
})
