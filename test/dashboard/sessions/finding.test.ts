import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { sessionQueryOf } from '../../../src/dashboard/sessions/session-query.ts'
import { searchSessions } from '../../../src/dashboard/sessions/session-search.ts'
import { databases } from '../../harness/databases.ts'
import { appSuite } from '../../support/app-suite.ts'
import { CHROME, dashboardRoutes, FIREFOX, Operator, signIn, withEverything } from '../dashboard-app.ts'

for (const database of databases) {
  describe(`finding sessions in the dashboard, ${database.name}`, () => {
    const suite = appSuite(database)
    let app: FastifyInstance
    let operator: Operator
    const handles: Record<string, string> = {}

    before(async () => {
      app = await suite.open({ options: withEverything, routes: dashboardRoutes() })
      operator = new Operator(app)
      const clients = {
        ada: { country: 'DE', userAgent: FIREFOX, ip: '203.0.113.7' },
        bob: { country: 'FR', userAgent: CHROME, ip: '203.0.114.7' },
        eve: { country: 'DE', userAgent: 'curl/8.5.0', ip: '2001:db8:1::7' },
        kim: {},
      }
      for (const [user, client] of Object.entries(clients)) handles[user] = (await signIn(app, user, client)).handle
      await app.storedSession.revoke({ user: 'kim' })
    })

    const found = async (query: string) => {
      const { body, statusCode } = await operator.show(`/sessions${query}`)
      assert.equal(statusCode, 200)
      return Object.keys(handles).filter((user) => body.includes(`/sessions/${handles[user]}"`))
    }

    for (const [query, users] of [
      ['', ['ada', 'bob', 'eve']],
      ['?state=any', ['ada', 'bob', 'eve', 'kim']],
      ['?state=ended', ['kim']],
      ['?state=expired', []],
      ['?user=ada', ['ada']],
      ['?user=Ada', []],
      ['?country=de', ['ada', 'eve']],
      ['?country=DE&kind=desktop', ['ada']],
      ['?kind=phone', ['bob']],
      ['?kind=bot', ['eve']],
      ['?network=203.0.113.', ['ada']],
      ['?network=203.0.11', ['ada', 'bob']],
      ['?network=2001:DB8', ['eve']],
      ['?age=%3C1h', ['ada', 'bob', 'eve']],
      ['?age=%3E1d', []],
      ['?used=%3C1h&country=FR', ['bob']],
      ['?used=%3E30d', []],
      ['?kind=nonsense&state=nonsense&age=nonsense', ['ada', 'bob', 'eve']],
    ] as const) {
      test(`by ${query || 'nothing'}`, async () => assert.deepEqual(await found(query), users))
    }

    test('keeps what was looked for in the form, and says when nothing matches', async () => {
      const { body } = await operator.show('/sessions?country=xx&user=%22%3E%3Cb%3E')
      assert.match(body, /No session matches/)
      assert.match(body, /name="country" value="XX"/)
      assert.match(body, /name="user" value="&quot;&gt;&lt;b&gt;"/)
    })

    test('goes on with a cursor from where a page stopped, and misses and repeats none', async () => {
      const query = sessionQueryOf(new URLSearchParams('state=any'))
      const filtered = sessionQueryOf(new URLSearchParams('country=DE'))
      for (const [wanted, expected] of [
        [query, ['ada', 'bob', 'eve', 'kim']],
        [filtered, ['ada', 'eve']],
      ] as const) {
        const seen: string[] = []
        let cursor: string | undefined
        do {
          const page = await searchSessions(app.storedSession.store, wanted, { most: 1, mostRows: 2 }, cursor)
          assert.ok(page.sessions.length <= 1 && page.looked <= 4)
          seen.push(...page.sessions.map(({ handle }) => handle))
          cursor = page.next
        } while (cursor !== undefined)
        assert.deepEqual(seen.sort(), expected.map((user) => handles[user]).sort())
      }
    })

    test('refuses a cursor that is none, and a user that cannot be one', async () => {
      assert.equal((await operator.show('/sessions?cursor=x')).statusCode, 404)
      assert.equal((await operator.show(`/sessions?user=${'x'.repeat(300)}`)).statusCode, 200)
      assert.equal((await operator.show('/sessions?user=a%00b')).statusCode, 400)
    })
  })
}
