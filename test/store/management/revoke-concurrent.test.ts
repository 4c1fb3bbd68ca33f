import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { RevokeFilter } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { Browser } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { insertMany } from '../../support/many-rows.ts'
import { handleOf } from '../../support/rows.ts'
import { userIdOf } from '../../support/user-id.ts'

const VISITORS = 60
const LOGINS = 100
/** So many more that a revocation of everybody takes several batches. */
const OTHERS = 1_200

forEachDatabase((target) => {
  const suite = appSuite(target)

  before(async () => {
    for (const _application of ['one', 'other']) {
      await suite.open({ options: { user: userIdOf } })
    }
  })

  const kinds: Record<string, (keptHandle: string) => RevokeFilter> = {
    'of everybody': () => ({ all: true }),
    'of all sessions but one': (except) => ({ all: true, except }),
    'of all other sessions of a user': (except) => ({ user: 'ada', except }),
    'of all sessions of an age': () => ({ before: new Date(Date.now() + 60_000) }),
  }

  for (const [name, filterOf] of Object.entries(kinds)) {
    test(`a revocation ${name}, during many logins and saves, ends every session that there was`, async () => {
      await insertMany(suite.database, { count: OTHERS, createdAt: `${Date.now()} - i` })
      const visitors = Array.from({ length: VISITORS }, (_, n) => new Browser(suite.apps[n % 2]!))
      const logged = await Promise.all(visitors.map((visitor) => visitor.post('/login')))
      const cookies = visitors.map((visitor) => visitor.cookies())
      const filter = filterOf(handleOf(logged[0]!.json().id))
      const saves = visitors.map((visitor, n) => visitor.post('/change', { n }))
      const logins = Array.from({ length: LOGINS }, (_, n) => new Browser(suite.apps[n % 2]!).post('/login'))
      const revocation = suite.apps[1]!.storedSession.revoke(filter)
      const late = cookies.map((held, n) =>
        new Browser(suite.apps[n % 2]!, held).post('/change', { userId: 'ada', late: n }),
      )
      const responses = await Promise.all([...saves, ...logins, ...late])
      assert.deepEqual([...new Set(responses.map(({ statusCode }) => statusCode))], [200])
      assert.ok((await revocation).revoked >= VISITORS - 1 + (filter.user ? 0 : OTHERS))
      const seen = await Promise.all(
        cookies.map(async (held) => (await new Browser(suite.apps[0]!, held).get('/me')).json()),
      )
      const expected = seen.map((_, n) =>
        n === 0 && filter.except ? { userId: 'ada', n: 0 } : { endReason: 'revoked' },
      )
      assert.deepEqual(seen, expected)
    })
  }
})
