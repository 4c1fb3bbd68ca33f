import assert from 'node:assert/strict'
import { after, before, describe, mock, test } from 'node:test'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { cookieLines } from '../support/app.ts'
import { handleOf, rowOf, storedRow } from '../support/rows.ts'
import { hurryTouches, inFlight, type RequestArena, requestArena } from './request-arena.ts'
import { type Outcome, type RequestRace, raceRequests } from './request-race.ts'

const kinds = Object.keys(inFlight)

/** What ends a session while another request of it is in flight. */
const enders: Record<string, (arena: RequestArena) => RequestRace['b']> = {
  logout: () => (browser) => browser.post('/logout'),
  regenerate: () => (browser) => browser.post('/regenerate'),
  revocation:
    ({ apps: [, app] }) =>
    async (_browser, { userId }) => {
      assert.deepEqual(await app.storedSession.revoke({ user: userId }), { revoked: 1 })
      return undefined
    },
}

interface Setting {
  apps: 1 | 2
  rolling: boolean
  kinds: string[]
  /** What ends a session while a request in flight touches it. */
  touchedAt: string[]
}

// The order of the statements is the scheduler's alone: all kinds of requests race on the quickest database, and those
// that differ in their SQL race on all.
const settingsOf: Record<'sqlite' | 'server', Setting[]> = {
  sqlite: [
    { apps: 1, rolling: true, kinds, touchedAt: ['logout', 'revocation'] },
    { apps: 2, rolling: true, kinds, touchedAt: ['revocation'] },
    { apps: 2, rolling: false, kinds, touchedAt: [] },
  ],
  server: [{ apps: 2, rolling: true, kinds: ['modifies'], touchedAt: ['revocation'] }],
}

forEachDatabase((target) => {
  let database: TestDatabase
  before(async () => {
    hurryTouches()
    mock.timers.enable({ apis: ['Date'], now: Date.now() })
    database = await target.create()
  })
  after(async () => {
    await database.drop()
    mock.reset()
  })

  for (const setting of settingsOf[target.name === 'sqlite' ? 'sqlite' : 'server']) {
    const applications = setting.apps === 1 ? 'one application' : 'two applications'
    describe(`${applications}, rolling ${setting.rolling ? 'on' : 'off'}`, () => defineRaces(setting, () => database))
  }
})

function defineRaces(setting: Setting, database: () => TestDatabase): void {
  let arena: RequestArena
  before(async () => {
    arena = await requestArena(database(), setting)
  })
  after(() => arena.close())

  for (const [ender, end] of Object.entries(enders)) {
    test(`no ${ender} is undone by a request in flight`, async (t) => {
      const counts: string[] = []
      const race = async (kind: string, stale: boolean) => {
        const parties = { a: inFlightOf(kind), b: end(arena), stale }
        const count = await raceRequests(arena, parties, (outcome) => isEndedForEver(database(), outcome))
        counts.push(`${count} of a request that ${stale ? 'is touched' : kind}`)
      }
      for (const kind of setting.kinds) await race(kind, false)
      if (setting.touchedAt.includes(ender)) await race('only reads', true)
      t.diagnostic(`interleavings: ${counts.join(', ')}`)
    })
  }

  test('of two requests that change different keys both are kept', async () => {
    const a = change({ one: 1 })
    await raceRequests(arena, { a, b: change({ other: 2 }) }, async ({ a, b, events, visit }) => {
      const { base, one, other } = await visit()
      assert.deepEqual({ base, one, other }, { base: 1, one: 1, other: 2 })
      assert.deepEqual([a.statusCode, b?.statusCode, events], [200, 200, []])
    })
  })

  test('a key that one request deletes stays deleted when another changes a different one', async () => {
    const removes: RequestRace['b'] = (browser) => browser.post('/remove')
    await raceRequests(arena, { a: change({ one: 1 }), b: removes }, async ({ a, b, events, visit }) => {
      const content = await visit()
      assert.deepEqual({ isThere: 'base' in content, one: content.one }, { isThere: false, one: 1 })
      assert.deepEqual([a.statusCode, b?.statusCode, events], [200, 200, []])
    })
  })

  test('of two requests that change one key the later stands, and an event says so', async () => {
    const race = { a: change({ base: 'a' }), b: change({ base: 'b' }) }
    await raceRequests(arena, race, async ({ id, a, b, steps, events, visit }) => {
      const [last, first] = steps.lastIndexOf('a:update') > steps.lastIndexOf('b:update') ? ['a', 'b'] : ['b', 'a']
      assert.equal((await visit()).base, last)
      const haveMet = steps.indexOf(`${last}:read`) < steps.lastIndexOf(`${first}:update`)
      assert.deepEqual(events, haveMet ? [{ name: 'conflict', sid: handleOf(id), keys: ['base'] }] : [])
      assert.deepEqual([a.statusCode, b?.statusCode], [200, 200])
    })
  })

  test('a slow request that only reads overwrites nothing, touched or not', async () => {
    for (const stale of setting.touchedAt.length > 1 ? [false, true] : [false]) {
      const race = { a: inFlightOf('only reads'), b: change({ one: 1 }), stale }
      await raceRequests(arena, race, async ({ id, a, steps, events, visit }) => {
        const { base, one } = await visit()
        assert.deepEqual({ base, one }, { base: 1, one: 1 })
        assert.equal((await storedRow(database(), id)).version, 2)
        assert.ok(!steps.includes('a:update') && !steps.includes('a:insert'))
        assert.deepEqual([a.statusCode, events], [200, []])
      })
    }
  })
}

const inFlightOf =
  (kind: string): RequestRace['a'] =>
  (browser) =>
    browser.post(`/in-flight/${encodeURIComponent(kind)}`)

const change =
  (keys: object): RequestRace['a'] =>
  (browser) =>
    browser.post('/change', keys)

async function isEndedForEver(database: TestDatabase, { id, a, b, steps, events, visit }: Outcome): Promise<void> {
  assert.deepEqual(await visit(), { map: [] })
  const row = await storedRow(database, id)
  assert.ok(row.endedAt !== null && row.data.length === 0 && row.userId === null)
  assert.equal(a.statusCode, 200)
  // A revocation looks again after its first statement, which is the one that ends the session.
  const end = steps.includes('b:endUser') ? steps.indexOf('b:endUser') : steps.lastIndexOf('b:end')
  const isAfter = end < steps.indexOf('a:read')
  if (isAfter) assert.deepEqual(a.json(), {})
  const isLate = !isAfter && end < steps.lastIndexOf('a:update')
  assert.equal(events.length, isLate ? 1 : 0)
  if (isLate) assert.match(cookieLines(a).join(), /^sessionId=;[^,]*Expires=Thu, 01 Jan 1970[^,]*$/)
  if (b) await isAnswered(database, id, b)
}

/** Who ended the session was told so, and has the new one where there is one. */
async function isAnswered(database: TestDatabase, old: string, response: Outcome['a']): Promise<void> {
  assert.equal(response.statusCode, 200)
  const lines = cookieLines(response)
  assert.equal(lines.length, 1)
  const { id } = response.json()
  if (id === undefined) return assert.match(lines[0]!, /^sessionId=;/)
  assert.notEqual(id, old)
  assert.ok(lines[0]!.startsWith(`sessionId=${id}.`))
  assert.equal((await rowOf(database, id))?.endedAt, null)
}
