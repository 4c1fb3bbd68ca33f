import assert from 'node:assert/strict'
import type { DatabaseTarget } from '../../harness/databases.ts'
import { HttpVisitor } from '../../support/http-visitor.ts'
import type { ExampleProject } from './example-project.ts'
import { bodyOf, statusOf } from './requests.ts'

const ADA = { name: 'ada', password: 'correct horse battery staple' }
const GRACE = { ...ADA, name: 'grace' }

export async function useTypescriptDrizzle(project: ExampleProject, target: DatabaseTarget): Promise<void> {
  const database = await target.create()
  const env = { DATABASE_URL: database.url }
  try {
    await project.npx(['drizzle-kit', 'migrate'], env)
    assert.match(await project.npx(['drizzle-kit', 'generate'], env), /No schema changes/)
    await project.running(({ url }) => signUp(url), { env })
    const [options] = await database.query("SELECT reloptions::text FROM pg_class WHERE relname = 'web_sessions'")
    assert.deepEqual(options, { reloptions: '{fillfactor=80}' })
  } finally {
    await database.drop()
  }
}

async function signUp(address: string): Promise<void> {
  const [ada, grace] = [new HttpVisitor(address), new HttpVisitor(address)]
  assert.equal(await statusOf(ada.get('/signed-in')), 401)
  assert.equal(await statusOf(ada.post('/signup', ADA)), 200)
  assert.equal(await statusOf(grace.post('/signup', ADA)), 409)
  assert.equal(await statusOf(grace.post('/login', GRACE)), 401)
  assert.equal(await statusOf(grace.post('/signup', GRACE)), 200)
  assert.equal(await statusOf(ada.post('/note', { note: 'calls on Monday' })), 200)
  const both = [
    { name: 'ada', note: 'calls on Monday' },
    { name: 'grace', note: null },
  ]
  assert.deepEqual(await bodyOf(grace.get('/signed-in')), both)
  await grace.post('/logout')
  assert.deepEqual(await bodyOf(ada.get('/signed-in')), both.slice(0, 1))
  assert.equal(await statusOf(grace.post('/login', { ...GRACE, password: ADA.name.repeat(3) })), 401)
  const planted = ada.copy()
  assert.equal(await statusOf(ada.post('/login', ADA)), 200)
  assert.equal(await statusOf(planted.get('/signed-in')), 401)
}
