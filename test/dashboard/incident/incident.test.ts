import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { keptHandles } from '../../../src/dashboard/incident/own-session.ts'
import { databases, forEachDatabase } from '../../harness/databases.ts'
import { appSuite } from '../../support/app-suite.ts'
import { until } from '../../support/until.ts'
import { CHROME, DASHBOARD, dashboardRoutes, Operator, signIn, withEverything } from '../dashboard-app.ts'
import { endedJob, fieldsOf, startJob, textOf } from '../job-pages/jobs-on-pages.ts'

type Member = Awaited<ReturnType<typeof signIn>>

const isSignedIn = async ({ browser }: Member) => (await browser.get('/me')).json().userId !== undefined
const areSignedIn = (members: readonly Member[]) => Promise.all(members.map(isSignedIn))

/** Rehearses, and returns the page of the rehearsal. */
const rehearse = async (operator: Operator, fields: Record<string, string>) =>
  endedJob(operator, await startJob(operator, '/incident/rehearsal', fields, '/incident'))

/** Confirms a rehearsal, and returns the page of what became of it. */
async function confirm(operator: Operator, rehearsal: string, changes: Record<string, string> = {}): Promise<string> {
  const fields = { ...fieldsOf(rehearsal, '/incident/end'), word: 'END', ...changes }
  return endedJob(operator, await startJob(operator, '/incident/end', fields, '/incident'))
}

forEachDatabase((database) => {
  describe('an incident', () => {
    const suite = appSuite(database)
    let app: FastifyInstance
    let operator: Operator

    before(async () => {
      app = await suite.open({ options: withEverything, routes: dashboardRoutes() })
      operator = new Operator(app)
    })

    const eventsOf = async (handle: string) => (await app.storedSession.history({ handle })).events

    test('ends the sessions of a country in three steps, with the operator in the history of each', async () => {
      const french = [await signIn(app, 'ada', { country: 'FR' }), await signIn(app, 'bob', { country: 'FR' })]
      const german = await signIn(app, 'ada', { country: 'DE' })
      const rehearsal = await rehearse(operator, { what: 'some', country: 'fr' })
      assert.match(textOf(rehearsal), /2 sessions of 2 users would end Country FR/)
      for (const { handle } of french) assert.ok(rehearsal.includes(`/sessions/${handle}"`))
      assert.ok(!rehearsal.includes(german.handle))
      assert.deepEqual(await areSignedIn([...french, german]), [true, true, true])
      const report = await confirm(operator, rehearsal)
      assert.match(textOf(report), /2 sessions ended\. .* By grace .* in the history, with your name/)
      assert.deepEqual(await areSignedIn([...french, german]), [false, false, true])
      for (const { handle } of french) {
        const ended = (await eventsOf(handle)).find(({ kind }) => kind === 'ended')
        assert.deepEqual([ended?.reason, ended?.actor], ['revoked', 'grace'])
      }
    })

    test('ends the sessions of a user that match a device, network and last use, and no other', async () => {
      const phone = await signIn(app, 'cyd', { userAgent: CHROME, ip: '198.51.100.9' })
      const others = [
        await signIn(app, 'cyd', { ip: '198.51.100.9' }),
        await signIn(app, 'cyd', { userAgent: CHROME }),
        await signIn(app, 'dan', { userAgent: CHROME, ip: '198.51.100.9' }),
      ]
      const fields = { what: 'some', user: 'cyd', kind: 'phone', network: '198.51.100.', age: '<1h', used: '<1d' }
      await confirm(operator, await rehearse(operator, fields))
      assert.deepEqual(await areSignedIn([phone, ...others]), [false, true, true, true])
      const never = await rehearse(operator, { what: 'some', user: 'cyd', used: '>1d' })
      assert.match(textOf(never), /No session would end/)
    })

    test('ends what was created before a moment', async () => {
      const old = await signIn(app, 'eve')
      const { createdAt } = (await app.storedSession.list({ user: 'eve' })).sessions[0]!
      await until('the clock has moved', () => Date.now() > createdAt.getTime())
      const young = await signIn(app, 'eve')
      const before = new Date(createdAt.getTime() + 1).toISOString()
      const rehearsal = await rehearse(operator, { what: 'some', user: 'eve', before })
      assert.match(textOf(rehearsal), /1 session of 1 user would end/)
      assert.match(textOf(await confirm(operator, rehearsal)), /1 session ended/)
      assert.deepEqual(await areSignedIn([old, young]), [false, true])
    })

    test('ends nothing when the number changed since, and shows the new number instead', async () => {
      const first = await signIn(app, 'fay', { country: 'US' })
      const rehearsal = await rehearse(operator, { what: 'some', country: 'US' })
      const second = await signIn(app, 'gil', { country: 'US' })
      const changed = await confirm(operator, rehearsal)
      assert.match(textOf(changed), /Nothing has ended\. You agreed to end 1 session, and now it would be 2 sessions/)
      assert.deepEqual(await areSignedIn([first, second]), [true, true])
      assert.match(textOf(await confirm(operator, changed)), /2 sessions ended/)
      assert.deepEqual(await areSignedIn([first, second]), [false, false])
      // The same once more finds nothing to end.
      assert.match(textOf(await confirm(operator, changed)), /now it would be 0 sessions.*No session would end/)
    })

    test('ends nothing without the word, and asks for it again with everything as it was', async () => {
      const member = await signIn(app, 'hal', { country: 'IT' })
      const rehearsal = await rehearse(operator, { what: 'some', country: 'IT' })
      const fields = fieldsOf(rehearsal, '/incident/end')
      for (const word of ['', 'end', 'END IT']) {
        const { body, statusCode } = await operator.submit('/incident/end', { ...fields, word }, { page: '/incident' })
        assert.equal(statusCode, 400)
        assert.match(textOf(body), /Nothing has ended\. Type END/)
        assert.deepEqual({ ...fieldsOf(body, '/incident/end'), token: '' }, { ...fields, token: '' })
      }
      assert.equal(await isSignedIn(member), true)
    })

    test('is refused when it describes nothing, too much, or no moment', async () => {
      const member = await signIn(app, 'ida')
      const refused: [fields: Record<string, string>, text: RegExp][] = [
        [{ what: 'some' }, /Describe the sessions/],
        [{}, /Describe the sessions/],
        [{ what: 'all', user: 'ida' }, /You chose all sessions, and also described some/],
        [{ what: 'all', before: '2026-01-01' }, /You chose all sessions, and also described some/],
        [{ what: 'some', before: 'yesterday' }, /Write the time as/],
        [{ what: 'some', before: '2026-02-31T99:00' }, /Write the time as/],
      ]
      for (const [fields, text] of refused) {
        for (const path of ['/incident/rehearsal', '/incident/end']) {
          const sent = { ...fields, word: 'END', sessions: '1' }
          const { body, statusCode } = await operator.submit(path, sent, { page: '/incident' })
          assert.deepEqual([statusCode, text.test(textOf(body))], [400, true], `${path} ${JSON.stringify(fields)}`)
        }
      }
      assert.equal(await isSignedIn(member), true)
    })

    test('goes on in another process, which does not know the rehearsal', async () => {
      const member = await signIn(app, 'jan', { country: 'SE' })
      const elsewhere = new Operator(await suite.open({ options: withEverything, routes: dashboardRoutes() }))
      const path = await startJob(operator, '/incident/rehearsal', { what: 'some', country: 'SE' }, '/incident')
      const rehearsal = await endedJob(operator, path)
      const unknown = await elsewhere.show(path)
      assert.match(textOf(unknown.body), /This process does not know the job/)
      assert.match(unknown.body, /data-refresh/)
      const { token: _, ...fields } = fieldsOf(rehearsal, '/incident/end')
      const there = await startJob(elsewhere, '/incident/end', { ...fields, word: 'END' }, '/incident')
      assert.match(textOf(await endedJob(elsewhere, there)), /1 session ended/)
      assert.equal(await isSignedIn(member), false)
    })

    test('is prepared by the list of sessions, which hands its filter over', async () => {
      const member = await signIn(app, 'kai', { country: 'NO' })
      const { body } = await operator.show('/sessions?country=NO')
      const link = /href="([^"]*\/incident\?[^"]*)"/.exec(body)![1]!.replaceAll('&amp;', '&')
      const form = (await operator.show(link.slice(DASHBOARD.length))).body
      assert.match(form, /name="country" value="NO"/)
      assert.match(form, /value="some" checked/)
      assert.ok(!(await operator.show('/sessions')).body.includes('/incident?'))
      assert.ok(!(await new Operator(app, 'vi', 'view').show('/sessions?country=NO')).body.includes('/incident?'))
      assert.equal(await isSignedIn(member), true)
    })
  })

  describe('an incident for everybody', () => {
    const suite = appSuite(database)

    /** An operator who signed in to the application like everybody. */
    async function withOwnSession(): Promise<{ app: FastifyInstance; operator: Operator; members: Member[] }> {
      const app = await suite.open({ options: withEverything, routes: dashboardRoutes() })
      const operator = new Operator(app)
      await operator.post('/sign-in', { userId: 'grace' })
      return { app, operator, members: [await signIn(app, 'lea'), await signIn(app, 'max')] }
    }

    test('keeps the session of the operator on request, also under a new id, and ends it otherwise', async () => {
      const { operator, members } = await withOwnSession()
      assert.match((await operator.show('/incident')).body, /name="keep" value="yes" checked/)
      const kept = await rehearse(operator, { what: 'all', keep: 'yes' })
      assert.match(textOf(kept), /2 sessions of 2 users would end Sessions all, of all users Your own session stays/)
      await operator.post('/rotate')
      assert.match(textOf(await confirm(operator, kept)), /2 sessions ended/)
      assert.deepEqual(await areSignedIn(members), [false, false])
      assert.equal((await operator.get('/me')).json().userId, 'grace')
      const all = await rehearse(operator, { what: 'all' })
      assert.match(textOf(all), /1 session of 1 user would end .* Your own session is among them/)
      assert.match(textOf(await confirm(operator, all)), /1 session ended/)
      assert.equal((await operator.get('/me')).json().userId, undefined)
    })

    test('keeps the session of the operator also where sessions are looked at one by one', async () => {
      const { operator, members } = await withOwnSession()
      const rehearsal = await rehearse(operator, { what: 'some', kind: 'unknown', keep: 'yes' })
      assert.match(textOf(rehearsal), /No session would end/)
      const others = await rehearse(operator, { what: 'some', age: '<1h', keep: 'yes' })
      assert.match(textOf(await confirm(operator, others)), /2 sessions ended/)
      assert.deepEqual(await areSignedIn(members), [false, false])
      assert.equal((await operator.get('/me')).json().userId, 'grace')
    })

    test('keeps the session of the operator when it gets another id meanwhile', async () => {
      const { app } = await withOwnSession()
      const { browser, handle } = await signIn(app, 'grace')
      await browser.post('/rotate')
      const [current] = (await app.storedSession.list({ user: 'grace', state: 'live', limit: 1 })).sessions
      assert.notEqual(current!.handle, handle)
      assert.deepEqual([...(await keptHandles(app.storedSession.store, handle))], [handle, current!.handle])
      assert.deepEqual([...(await keptHandles(app.storedSession.store, undefined))], [])
    })
  })
})

describe('an incident on a host without sessions of this store', () => {
  const suite = appSuite(databases[0]!)

  test('offers to keep no session, and ends all', async () => {
    const app = await suite.open({ options: withEverything, routes: dashboardRoutes() })
    const member = await signIn(app, 'noa')
    const operator = new Operator(app)
    const { body } = await operator.show('/incident')
    assert.doesNotMatch(body, /name="keep"/)
    assert.match(textOf(body), /You are not signed in by one of these sessions/)
    await confirm(operator, await rehearse(operator, { what: 'all', keep: 'yes' }))
    assert.equal(await isSignedIn(member), false)
  })
})
