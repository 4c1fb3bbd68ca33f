import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { forEachDatabase } from '../harness/databases.ts'
import { appSuite } from '../support/app-suite.ts'
import { counted } from '../support/counting.ts'
import { accountRoutes, Member, withDevices } from './account-app.ts'

forEachDatabase((target) => {
  describe('the page of devices', () => {
    const suite = appSuite(target)

    test('sends the same statements for the handle of another user as for a handle that nobody has', async () => {
      const { drizzle, statements } = suite.closing(counted(suite.database))
      const app = await suite.open({
        options: { ...withDevices, database: drizzle as never },
        routes: accountRoutes(),
      })
      const ada = await Member.signIn(app, 'ada')
      const [live, ended] = [await Member.signIn(app, 'grace'), await Member.signIn(app, 'grace')]
      await app.storedSession.revoke({ handle: ended.handle })
      const shapes: string[] = []
      for (const handle of [`2::${'1'.repeat(64)}`, live.handle, ended.handle]) {
        await app.storedSession.flush()
        statements.length = 0
        assert.equal((await ada.act('sign-out', { handle })).statusCode, 404)
        // SQLite writes values into its log of statements.
        shapes.push(statements.map((sql) => sql.replaceAll(/'[^']*'|x'[^']*'|\d+/gi, '?')).join('\n'))
      }
      assert.notEqual(shapes[0], '')
      assert.equal(shapes[1], shapes[0], 'a live session of another user')
      assert.equal(shapes[2], shapes[0], 'an ended session')
    })
  })
})
