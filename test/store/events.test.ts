import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { SessionEvents } from '../../src/index.ts'
import { databases, type TestDatabase } from '../harness/databases.ts'
import { Listening } from '../instruments/channels.ts'
import { addRotateRoute, Browser, openApp } from '../support/app.ts'
import { handleOf } from '../support/rows.ts'
import { runScript } from '../support/script.ts'
import { userIdOf } from '../support/user-id.ts'
import { signIn } from '../support/visitor.ts'

const target = databases[0]!

let database: TestDatabase
let apps: FastifyInstance[]

before(async () => {
  database = await target.create()
  apps = [await openApp(database.url), await openApp(database.url)]
})
after(async () => {
  await Promise.all(apps.map((app) => app.close()))
  await database.drop()
})

test('an application hears its own sessions, and not those of another in the same process', async () => {
  const heard: string[][] = [[], []]
  for (const [index, app] of apps.entries()) {
    for (const name of ['created', 'read', 'write'] as const) app.storedSession.on(name, () => heard[index]!.push(name))
  }
  const listening = new Listening()
  const ada = await signIn(apps[0]!)
  await ada.me()
  assert.deepEqual(heard, [['created', 'write', 'write', 'read'], []])
  assert.equal(listening.of('created').length, 1)
  listening.stop()
})

test('regenerating tells the sids of both sessions, old and new', async () => {
  const app = apps[0]!
  const told: unknown[] = []
  app.storedSession.on('regenerated', (event) => told.push(event))
  const browser = new Browser(app)
  const first = (await browser.post('/login')).json().id
  told.length = 0
  const second = (await browser.post('/login')).json().id
  assert.deepEqual(told, [{ sid: handleOf(second), previousSid: handleOf(first) }])
})

test('rotating an id tells both sids, as a save with this outcome', async () => {
  const app = await openApp(database.url, { routes: addRotateRoute })
  const told: unknown[] = []
  app.storedSession.on('regenerated', (event) => told.push(event))
  app.storedSession.on('write', ({ outcome }) => told.push(outcome))
  const browser = new Browser(app)
  const first = (await browser.post('/login')).json().id
  told.length = 0
  await browser.post('/rotate')
  const [outcome, event, rotated] = told as [string, SessionEvents['regenerated'][0], string]
  assert.deepEqual([outcome, event.previousSid, rotated], ['unchanged', handleOf(first), 'rotated'])
  assert.notEqual(event.sid, event.previousSid)
  await app.close()
})

test('a session that its user has too many of is told', async () => {
  const app = await openApp(database.url, {
    options: { user: userIdOf, maxPerUser: 1 },
    routes: (routes) =>
      routes.post('/as-grace', async (request) => {
        Object.assign(request.session, { userId: 'grace' })
        return { id: request.session.sessionId }
      }),
  })
  const sids: string[] = []
  app.storedSession.on('evicted', ({ sid }) => sids.push(sid))
  const ids = [
    await app.inject({ method: 'POST', url: '/as-grace' }),
    await app.inject({ method: 'POST', url: '/as-grace' }),
  ]
  assert.deepEqual(sids, [handleOf(ids[0]!.json().id)])
  await app.close()
})

test('a listener that was taken off hears nothing more', async () => {
  const { storedSession } = apps[0]!
  const sids: string[] = []
  const listener = ({ sid }: SessionEvents['created'][0]) => void sids.push(sid)
  storedSession.on('created', listener)
  const { id } = await signIn(apps[0]!)
  storedSession.off('created', listener)
  await signIn(apps[0]!)
  assert.deepEqual(sids, [handleOf(id)])
})

test('a listener that throws is an uncaught exception of its own, and no failure of a request', async () => {
  const { code, output, errors } = await runScript(`
    import { StoredSessionStore } from './src/index.ts'
    const caught = []
    process.on('uncaughtException', (error) => caught.push(error.message))
    const secret = 'correct horse battery staple, thirty-two and more'
    const store = new StoredSessionStore({ database: 'sqlite::memory:', secret })
    for (const name of ['created', 'write']) store.events.on(name, () => { throw new Error(name) })
    store.set('an-id', { n: 1, cookie: {} }, (error) => {
      setImmediate(() => {
        console.log(JSON.stringify({ error, caught }))
        store.close()
      })
    })
  `)
  assert.deepEqual([code, errors], [0, ''])
  assert.deepEqual(JSON.parse(output), { error: null, caught: ['created', 'write'] })
})
