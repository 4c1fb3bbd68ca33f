import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { appSuite } from '../support/app-suite.ts'
import { counted } from '../support/counting.ts'
import { attackCookies } from './cookies.ts'
import { attackConfigurations } from './key-configurations.ts'
import { SeededRandom } from './random.ts'
import { seedOf } from './seed.ts'

const COOKIES = 500
const CONFIGURATIONS = 5_000

forEachDatabase((target) => {
  const suite = appSuite(target)
  const watched = suite.opening(counted)
  let app: FastifyInstance

  before(async () => {
    await (await suite.open()).close()
    app = await suite.openOn(watched.drizzle as never, { options: { migrate: false } })
  })

  test(`${COOKIES} malformed cookies are no fault, and cost no statement`, async (t) => {
    const seed = seedOf(process.env.ATTACK_SEED)
    watched.statements.length = 0
    const { statuses, faults } = await attackCookies(app, new SeededRandom(seed), COOKIES)
    t.diagnostic(`seed ${seed}: ${JSON.stringify(statuses)}`)
    assert.deepEqual(faults, [])
    assert.deepEqual(watched.statements, [])
  })
})

describe('key configurations', () => {
  test(`${CONFIGURATIONS} made by a seed are taken, or refused by a typed error that shows no key`, (t) => {
    const seed = seedOf(process.env.ATTACK_SEED)
    const { accepted, refused, faults } = attackConfigurations(new SeededRandom(seed), CONFIGURATIONS)
    t.diagnostic(`seed ${seed}: ${accepted} taken, ${refused} refused`)
    assert.deepEqual(faults.slice(0, 5), [])
    assert.ok(accepted > 0 && refused > accepted)
  })
})
