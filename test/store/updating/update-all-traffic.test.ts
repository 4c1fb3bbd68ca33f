import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../../harness/databases.ts'
import { addRotateRoute, Browser } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { userIdOf } from '../../support/user-id.ts'

const SESSIONS = 12
const ROUNDS = 5
const CHANGES = 30

const addOne = (session: object) => {
  const counted = session as { total?: number }
  counted.total = (counted.total ?? 0) + 1
}

forEachDatabase((target) => {
  const suite = appSuite(target)
  let app: FastifyInstance
  let other: FastifyInstance

  before(async () => {
    const setup = {
      options: { user: userIdOf },
      routes(app: FastifyInstance) {
        addRotateRoute(app)
        app.get('/all', async ({ session }) => {
          const { cookie, ...content } = Object.fromEntries(Object.entries(session))
          return content
        })
      },
    }
    app = await suite.open(setup)
    other = await suite.open(setup)
  })

  const signIn = async (user: string) => {
    const browser = new Browser(app)
    await browser.post('/change', { userId: user })
    return browser
  }

  test('updateAll reaches every session once, while ids rotate and requests save', async () => {
    const browsers = await Promise.all(Array.from({ length: SESSIONS }, () => signIn('ada')))
    let rotations = 0
    const traffic = browsers.map(async (browser) => {
      for (let count = 1; count <= CHANGES; count++) {
        await browser.post('/change', { [`key${count}`]: count })
        if (count % 5 === 0 && (await browser.post('/rotate')).json().rotated) rotations++
      }
    })
    for (let round = 0; round < ROUNDS; round++) {
      const { updated, remaining } = await other.storedSession.updateAll({ user: 'ada' }, addOne, { batchSize: 3 })
      assert.deepEqual([updated <= SESSIONS, remaining], [true, 0])
    }
    await Promise.all(traffic)
    assert.ok(rotations > 0)
    for (const browser of browsers) {
      const { userId, total, ...keys } = (await browser.get('/all')).json()
      assert.deepEqual([userId, total], ['ada', ROUNDS])
      assert.equal(Object.keys(keys).length, CHANGES)
    }
  })

  test('a request that runs meanwhile keeps its change and the one of updateAll', async () => {
    const browsers = await Promise.all(Array.from({ length: 4 }, () => signIn('grace')))
    await Promise.all([
      other.storedSession.updateAll({ user: 'grace' }, addOne),
      ...browsers.map((browser, n) => browser.post('/change', { n })),
    ])
    const found = await Promise.all(browsers.map(async (browser) => (await browser.get('/all')).json()))
    assert.deepEqual(
      found,
      browsers.map((_, n) => ({ userId: 'grace', total: 1, n })),
    )
  })
})
