import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { HttpVisitor } from '../support/http-visitor.ts'
import { ExampleApp } from './example-app.ts'

/** Changes that are sent to each instance at once. */
const CHANGES = 15

forEachDatabase((target) => {
  let database: TestDatabase
  let app: ExampleApp
  let instances: string[]

  before(async () => {
    database = await target.create()
    app = await ExampleApp.start({ program: 'instances/start.ts', env: { DATABASE_URL: database.url } })
    instances = [...app.output.matchAll(/^Instance on (\S+)$/gm)].map(([, address]) => address!)
  })
  after(async () => {
    // Before the database is dropped, which would wait for what still uses it.
    const end = await app?.end('SIGTERM')
    await database.drop()
    assert.deepEqual([end, app.output.split('\n').length], [0, 4], app.output)
  })

  /** A browser that has signed in through the balancer, and the same at each instance. */
  async function signedIn(): Promise<[HttpVisitor, ...HttpVisitor[]]> {
    const visitor = new HttpVisitor(app.url)
    assert.equal((await visitor.post('/login', { name: 'ada' })).status, 200)
    return [visitor, ...instances.map((address) => new HttpVisitor(address, visitor.cookies))]
  }
  const me = async (visitor: HttpVisitor) => (await (await visitor.get('/me')).json()) as Record<string, unknown>

  test('who signs in at one instance is known to the other, whichever the balancer asks', async () => {
    const [visitor, one, other] = await signedIn()
    const answers = await Promise.all(Array.from({ length: 6 }, () => visitor.get('/me')))
    assert.deepEqual(
      answers.map(({ status }) => status),
      Array(6).fill(200),
    )
    assert.equal(new Set(answers.map(({ headers }) => headers.get('x-instance'))).size, 2)
    for (const each of [one!, other!]) assert.equal((await me(each)).userId, 'ada')
  })

  test('changes of different keys, at the same time on both instances, all stand', async () => {
    const [visitor, one, other] = await signedIn()
    for (let round = 1; round <= CHANGES; round++) {
      const [basket, address] = [`basket ${round}`, `address ${round}`]
      const answers = await Promise.all([one!.put('/me', { basket }), other!.put('/me', { address })])
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 200],
      )
      assert.deepEqual(await me(visitor), { userId: 'ada', basket, address })
    }
  })

  test('who signs out at one instance is signed out at the other with the next request', async () => {
    const [visitor, one, other] = await signedIn()
    assert.equal((await me(other!)).userId, 'ada')
    const thief = other!.copy()
    assert.equal((await one!.post('/logout')).status, 200)
    const answer = await other!.get('/me')
    assert.deepEqual([answer.status, await answer.json()], [401, { ended: 'destroyed' }])
    assert.equal((await visitor.put('/me', { basket: 'revived' })).status, 401)
    // The answer has taken the cookie away; whoever keeps it has nothing of it.
    assert.equal(other!.cookie, '')
    assert.deepEqual(await me(thief), { ended: 'destroyed' })
  })
})
