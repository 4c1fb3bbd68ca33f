import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachDatabase } from '../../harness/databases.ts'
import { appSuite } from '../../support/app-suite.ts'
import { signIn } from '../../support/visitor.ts'

forEachDatabase((target) => {
  const suite = appSuite(target, { now: Date.UTC(2025, 10, 20) })

  for (const idleTimeout of [500, 900, 2_000, 4_000]) {
    test(`an idle timeout of ${idleTimeout} ms slides for who reads six times as often`, async () => {
      const app = await suite.open({ options: { idleTimeout, touchInterval: idleTimeout / 20 } })
      const visitor = await signIn(app)
      for (let n = 0; n < 30; n++) {
        suite.pass(Math.round(idleTimeout / 6))
        assert.equal((await visitor.me()).userId, 'ada', `read ${n}`)
        await app.storedSession.store.flush()
      }
      suite.pass(idleTimeout + 1)
      assert.equal((await visitor.me()).userId, undefined)
    })
  }
})
