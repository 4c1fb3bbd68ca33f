import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { demoData } from '../../examples/app/demo-data.ts'
import { paths } from '../../examples/app/frame.ts'
import { makeUpPast } from '../../examples/app/made-up-past.ts'
import { chanceOf, FIRST_USER, madeUpDevices } from '../../examples/app/made-up-users.ts'
import { locationOf } from '../../examples/app/places.ts'
import { routes } from '../../examples/app/routes.ts'
import type { ListedSession } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { openApp } from '../support/app.ts'
import { ExampleApp } from './example-app.ts'
import { Visitor } from './example-visitor.ts'

const USERS = 30
const DAY_MS = 86_400_000

const options = {
  user: (session: { signedInAs?: unknown }) => session.signedInAs as string | undefined,
  metadata: { location: locationOf },
  history: true,
  idleTimeout: '14d',
  absoluteTimeout: '60d',
} as const

forEachDatabase((target) => {
  test('made-up users have devices in several countries, dates in the past, and a history', async () => {
    const database = await target.create()
    const app = await openApp(database.url, {
      options,
      routes: (scope) => scope.register(routes, { prefix: '/demo', demo: demoData(scope, false) }),
    })
    const before = Date.now()
    await makeUpPast(prefixed(app), USERS)
    assert.ok(Math.abs(Date.now() - before) < DAY_MS, 'the clock shows the time again')

    const sessions: ListedSession[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await app.storedSession.list({ limit: 1_000, cursor })
      sessions.push(...page.sessions)
      cursor = page.next
      if (cursor === undefined) break
    }
    const live = sessions.filter(({ state }) => state === 'live')
    assert.equal(new Set(sessions.map(({ state }) => state)).has('ended'), true)
    const users = new Set(live.map(({ user }) => user))
    assert.ok(users.size > USERS / 2 && users.size <= USERS, `${users.size} users`)
    assert.ok(live.length > users.size, 'some have several devices')
    assert.ok(new Set(live.map(({ metadata }) => metadata?.first.location?.country)).size >= 4)
    assert.ok(new Set(live.map(({ metadata }) => metadata?.first.device?.kind)).size >= 2)
    assert.equal(live.filter(({ user }) => user === FIRST_USER).length, 4)
    const ages = live.map(({ createdAt }) => (before - createdAt.getTime()) / DAY_MS)
    assert.ok(Math.max(...ages) > 5 && Math.max(...ages) < 23 && Math.min(...ages) >= 0, `${Math.max(...ages)} days`)

    const { events } = await app.storedSession.history({ limit: 1_000 })
    const kinds = new Set(events.map(({ kind, reason }) => `${kind} ${reason ?? ''}`.trim()))
    for (const kind of ['created', 'ended destroyed']) assert.ok(kinds.has(kind), [...kinds].join())
    assert.ok(before - events.at(-1)!.at.getTime() > 5 * DAY_MS)
    await app.close()
    await database.drop()
  })
})

/** An application whose demonstration is below a prefix, because the tests' own routes are at the top. */
function prefixed(app: Awaited<ReturnType<typeof openApp>>) {
  const inject = (request: { url: string }) => app.inject({ ...request, url: `/demo${request.url}` })
  return { storedSession: app.storedSession, inject } as unknown as typeof app
}

test('there are 500 users with one to five devices, the same at every start', () => {
  const devices = madeUpDevices(chanceOf(1), 500)
  assert.deepEqual(madeUpDevices(chanceOf(1), 500), devices)
  const counts = new Map<string, number>()
  for (const { user } of devices) counts.set(user, (counts.get(user) ?? 0) + 1)
  assert.equal(counts.size, 500)
  assert.deepEqual([Math.min(...counts.values()), Math.max(...counts.values())], [1, 5])
})

test('--with-data fills a database of its own, once, says so, and never fills one that has sessions', async (t) => {
  const args = ['--with-data']
  const app = new ExampleApp({ args })
  t.after(() => app.end('SIGKILL'))
  await app.listening(FILLING_LIMIT_MS)
  assert.match(app.output, /^Filling the database with 500 made-up users …\nListening on /)
  assert.deepEqual(
    ['demo.db', 'sessions.db'].map((name) => existsSync(join(app.folder, name))),
    [true, false],
  )
  const page = await new Visitor().open(app)
  const [, live] = /filled with 500 made-up users and has\s+([\d,]+) live sessions/.exec(page)!
  assert.ok(Number(live!.replace(',', '')) > 500, live)
  for (const path of [paths.devices, paths.missionControl]) assert.ok(page.includes(`href="${path}"`), path)
  assert.equal(await app.end('SIGTERM'), 0)

  const again = new ExampleApp({ folder: app.folder, args })
  t.after(() => again.end('SIGKILL'))
  await again.listening()
  assert.match(again.output, /^Listening on /)
  assert.match(await new Visitor().open(again), /filled with 500 made-up users/)
  await again.end('SIGTERM')

  const own = await ExampleApp.start({ folder: app.folder })
  t.after(() => own.end('SIGKILL'))
  await Visitor.signedIn(own, 'ada')
  assert.match(await new Visitor().open(own), /npm start -- --with-data/)
  await own.end('SIGTERM')
  const kept = await ExampleApp.start({ folder: app.folder, args, env: { DATABASE_URL: 'sqlite:sessions.db' } })
  t.after(() => kept.end('SIGKILL'))
  assert.match(kept.output, /^The database has sessions already, so no users were added\.\n/)
  assert.doesNotMatch(await new Visitor().open(kept), /filled with/)
})

/** Filling makes thousands of requests. */
const FILLING_LIMIT_MS = 240_000

test('a visitor of this machine opens mission control without signing in, and the devices after signing in', async (t) => {
  const app = await ExampleApp.start()
  t.after(() => app.end('SIGKILL'))
  const visitor = new Visitor()
  assert.match(await visitor.open(app, paths.missionControl), /<p class="operator">visitor<\/p>/)
  const devices = await new Visitor().request(app, paths.devices)
  assert.deepEqual([devices.status, devices.headers.get('location')], [303, '/'])
  const ada = await Visitor.signedIn(app, 'ada')
  assert.match(await ada.open(app, paths.devices), /This device/)
  assert.match(await ada.open(app, paths.missionControl), /<p class="operator">ada<\/p>/)
  const page = await ada.open(app)
  assert.match(page, /every signed-in user may open\s+it, and so may browsers on this machine/)
})
