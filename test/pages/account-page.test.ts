import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { sessionAccount } from '../../src/account/session-account.ts'
import { storedSession } from '../../src/index.ts'
import { accountRoutes, Member, PAGE, withDevices } from '../account/account-app.ts'
import { openApp } from '../support/app.ts'
import { secret } from '../support/stores.ts'

const page = readFileSync(new URL('../../docs/account.md', import.meta.url), 'utf8')
const rows = (heading: string) => {
  const lines = page.split('\n')
  const rest = lines.slice(lines.findIndex((line) => line.startsWith(`| ${heading} |`)) + 2)
  return rest.slice(0, rest.indexOf('')).map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
}

describe('the page docs/account.md', () => {
  let app: FastifyInstance
  before(async () => {
    app = await openApp('sqlite::memory:', { options: withDevices, routes: accountRoutes() })
  })
  after(() => app.close())

  test('has the options that there are', async () => {
    const stated = rows('option').map(([, name]) => name!)
    assert.deepEqual(stated.toSorted(), ['layout', 'prefix', 'signIn', 'texts'])
    const other = Fastify()
    await other.register(storedSession, { database: 'sqlite::memory:', secret, ...withDevices })
    const wrong = Object.fromEntries(stated.map((name) => [name, name === 'prefix' ? '/x' : 7]))
    const message = await other.register(sessionAccount, wrong as never).then(
      () => '',
      (error: Error) => error.message,
    )
    for (const name of stated.filter((name) => name !== 'prefix')) assert.match(message, new RegExp(`${name} must be`))
    assert.doesNotMatch(message, /is not an option/)
    await other.close()
  })

  test('has the fields that sessions have, and the actions that there are', async () => {
    const [, json] = /```json\n([\s\S]*?)```/.exec(page)!
    const member = await Member.signIn(app, 'ada')
    assert.deepEqual(Object.keys((await member.list())[0]!), Object.keys(JSON.parse(json!).sessions[0]))
    const actions = rows('request').map(([, request]) => request!.split(' ')[1]!)
    assert.equal(actions.length, 3)
    for (const path of actions) {
      const other = await Member.signIn(app, 'ada')
      const answer = await other.act(path.slice(PAGE.length + 1), { handle: other.handle })
      assert.deepEqual(Object.keys(answer.json()), ['signedOut'], path)
    }
  })
})
