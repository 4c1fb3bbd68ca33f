import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { forEachDatabase } from '../../harness/databases.ts'
import { appSuite } from '../../support/app-suite.ts'
import { counted } from '../../support/counting.ts'
import { dashboardRoutes, Operator, signIn, withEverything } from '../dashboard-app.ts'

const NOON = Date.UTC(2026, 10, 30, 12, 10)
const HOUR = 3_600_000
const STEP = 5_000
const MINUTES = 5

forEachDatabase((target) => {
  describe('the overview and the database', () => {
    const suite = appSuite(target, { now: NOON })

    test('an open overview makes at most one statement in five seconds, however many operators look', async () => {
      const client = suite.closing(counted(suite.database))
      const app = await suite.openOn(client.drizzle, { options: withEverything, routes: dashboardRoutes() })
      const operators = ['ada', 'bob', 'eve'].map((name) => new Operator(app, name))
      for (let hour = 0; hour < 5; hour++) {
        const { browser } = await signIn(app, 'lea')
        await browser.post('/logout')
        suite.pass(HOUR)
      }
      await app.storedSession.flush()
      client.statements.length = 0
      for (let passed = 0; passed < MINUTES * 60_000; passed += STEP) {
        await Promise.all(operators.flatMap((operator) => [operator.show(), operator.show()]))
        suite.pass(STEP)
      }
      const made = client.statements.length
      assert.ok(made > MINUTES * 4, `${made} statements: it counts again each minute`)
      assert.ok(made <= (MINUTES * 60_000) / STEP, `${made} statements in ${MINUTES} minutes`)
      // The check of the database updates the row of a key that no session has.
      for (const statement of client.statements)
        assert.match(statement, /^\s*(select|with|update .* set .?version.? = .?version.? )/i)
      client.statements.length = 0
      suite.pass(HOUR)
      assert.equal(client.statements.length, 0, 'nobody looks')
      const { body } = await operators[0]!.show()
      assert.match(body, /Signed out or replaced <strong>5</, 'it counted, and read the reasons')
    })
  })
})
