import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { permissions } from '../../src/dashboard/frame/operator.ts'
import { DASHBOARD, dashboardRoutes, Operator, signIn, withEverything } from '../dashboard/dashboard-app.ts'
import { databases } from '../harness/databases.ts'
import { appSuite } from '../support/app-suite.ts'

const page = readFileSync(new URL('../../docs/dashboard.md', import.meta.url), 'utf8')
const rows = (heading: string) => {
  const lines = page.split('\n')
  const rest = lines.slice(lines.findIndex((line) => line.startsWith(`| ${heading} |`)) + 2)
  return rest
    .slice(0, rest.indexOf(''))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('`', '')))
}

describe('the page docs/dashboard.md', () => {
  const suite = appSuite(databases[0]!)
  let app: FastifyInstance
  before(async () => {
    app = await suite.open({ options: withEverything, routes: dashboardRoutes() })
  })

  test('has the options that there are', async () => {
    const stated = rows('option').map(([, name]) => name!)
    assert.deepEqual(stated.toSorted(), ['authorize', 'mode', 'prefix', 'reveal', 'signIn'])
    const wrong = Object.fromEntries(stated.filter((name) => name !== 'prefix').map((name) => [name, 7]))
    const message = await suite.open({ options: withEverything, routes: dashboardRoutes(wrong) }).then(
      () => '',
      (error: Error) => error.message,
    )
    for (const name of Object.keys(wrong)) assert.match(message, new RegExp(`${name} (must be|is required)`))
    assert.doesNotMatch(message, /is not an option/)
  })

  test('has the permissions that there are', () => {
    assert.deepEqual(
      rows('permission').map(([, name]) => name),
      [...permissions],
    )
  })

  test('names sections that the navigation has', async () => {
    const { body } = await new Operator(app).show()
    const named = rows('question').flatMap(([, , clicks]) =>
      [...clicks!.matchAll(/\*\*(\w+)\*\*/g)].map(([, name]) => name!),
    )
    assert.equal(rows('question').length, 5)
    for (const name of named) assert.ok(body.includes(`>${name}</a>`), name)
  })

  test('says how ada lost her session yesterday, by the clicks that it names', async () => {
    const { handle } = await signIn(app, 'ada')
    await app.storedSession.revoke({ handle, actor: 'linus' })
    const operator = new Operator(app)
    const { body: found } = await operator.show('/user?user=ada')
    assert.match(found, /ended by an operator or on another device[\s\S]*by linus/)
    assert.ok(found.includes(`${DASHBOARD}/sessions/${handle}"`))
  })
})
