import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { commandLine } from '../cli/command-line.ts'
import { forEachDatabase } from '../harness/databases.ts'
import type { TestDatabase } from '../harness/test-database.ts'
import { HttpVisitor } from '../support/http-visitor.ts'
import { PageProgram, secrets } from './page-program.ts'

const PACKAGES = ['@fastify/formbody', 'postgres', 'mysql2']

/** Goes through everything that the page promises, in two browsers. */
async function tour(address: string): Promise<void> {
  const ada = new HttpVisitor(address)
  assert.match(await textOf(ada.get('/')), /<h1>Sign in</)
  assert.equal((await ada.submit('/sign-in', { name: 'ada', password: 'guessed' })).status, 401)
  assert.equal(ada.cookie, '')
  assert.equal((await ada.submit('/sign-in', { name: '<ada>', password: 'correct' })).status, 303)
  assert.match(await textOf(ada.get('/')), /<h1>Hello, &lt;ada></)

  const elsewhere = new HttpVisitor(address)
  await elsewhere.submit('/sign-in', { name: '<ada>', password: 'correct' })
  await elsewhere.submit('/note', { note: 'tea' })
  assert.match(await textOf(elsewhere.get('/')), /Your note: tea/)
  assert.match(await textOf(ada.get('/')), /Your note: none/)
  const { sessions } = (await (await ada.get('/devices', { accept: 'application/json' })).json()) as {
    sessions: unknown[]
  }
  assert.equal(sessions.length, 2)

  const copy = ada.copy()
  await ada.submit('/sign-out')
  assert.equal(ada.cookie, '')
  assert.match(await textOf(copy.get('/')), /<h1>Sign in</)
  assert.match(await textOf(elsewhere.get('/')), /<h1>Hello/)
}

const textOf = async (response: Promise<Response>) => (await response).text()

const program = new PageProgram('start', PACKAGES)
after(() => program.end())

test('the first application of docs/start.md runs on a SQLite file that it creates', async () => {
  await tour(await program.start('app.js'))
  assert.ok(existsSync(join(program.workspace.folder, 'sessions.db')))
})

forEachDatabase((target) => {
  let database: TestDatabase
  before(async () => {
    database = await target.create()
  })
  after(() => database.drop())

  test('the first application of docs/start.md changes its database by one variable, once the table is there', async () => {
    const env = { ...secrets, DATABASE_URL: database.url }
    const migrated = await commandLine(['migrate'], { cwd: program.workspace.folder, env })
    assert.equal(migrated.code, 0, migrated.stderr)
    await tour(await program.start('app.js', env))
  })
})
