import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { JobControl } from '../../../src/dashboard/jobs/jobs.ts'
import { surveySessions } from '../../../src/dashboard/survey/survey.ts'
import { databases, forEachDatabase } from '../../harness/databases.ts'
import { appSuite } from '../../support/app-suite.ts'
import { until } from '../../support/until.ts'
import { CHROME, DASHBOARD, dashboardRoutes, FIREFOX, Operator, signIn, withEverything } from '../dashboard-app.ts'

/** The rows of a table by its caption, each as its cells. */
function tableOf(body: string, caption: string): string[][] {
  const table =
    body
      .split('<table')
      .slice(1)
      .find((one) => one.includes(caption)) ?? ''
  const rows = table.slice(table.indexOf('<tbody>'), table.indexOf('</tbody>')).split('<tr>').slice(1)
  return rows.map((row) =>
    [...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs)].map(([, cell]) => cell!.replaceAll(/<[^>]+>/g, '')),
  )
}

/** Starts a survey, and waits for its result. */
async function survey(operator: Operator): Promise<string> {
  const { statusCode, headers } = await operator.submit('/survey')
  assert.deepEqual([statusCode, headers.location], [303, `${DASHBOARD}/survey`])
  let body = ''
  await until('it is counted', async () => {
    body = (await operator.show('/survey')).body
    return body.includes('Counted <time')
  })
  return body
}

const control = (signal = new AbortController().signal): JobControl => ({ signal, report: () => {} })

forEachDatabase((target) => {
  describe('a survey', () => {
    const suite = appSuite(target)
    let app: FastifyInstance
    before(async () => {
      app = await suite.open({ options: withEverything, routes: dashboardRoutes() })
      await signIn(app, 'ada', { country: 'DE', ip: '203.0.113.7', userAgent: FIREFOX })
      await signIn(app, 'ada', { country: 'FR', ip: '203.0.113.9', userAgent: CHROME })
      await signIn(app, 'ada', { country: 'FR', ip: '2001:db8:1::7', userAgent: CHROME })
      await signIn(app, 'bob', { country: 'DE' })
      await signIn(app, 'bob', { country: 'DE' })
      await signIn(app, 'eve & lea', { country: 'US' })
      await signIn(app, 'eve & lea', {})
      const { browser } = await signIn(app, 'tim', { country: 'US' })
      await browser.post('/logout')
      await signIn(app, 'tim', { country: 'DE' })
    })

    test('finds who is signed in from two countries, and counts the live sessions', async () => {
      const body = await survey(new Operator(app, 'grace', 'view'))
      assert.deepEqual(tableOf(body, 'from two or more countries'), [['ada', 'Germany, France', '3']])
      assert.match(body, /href="\/admin\/sessions\/user\?user=ada"/)
      assert.deepEqual(tableOf(body, 'Live sessions by country'), [
        ['Germany', '4', '50.0%'],
        ['France', '2', '25.0%'],
        ['United States', '1', '12.5%'],
      ])
      assert.deepEqual(tableOf(body, 'Live sessions by device'), [
        ['desktop', '6', '75.0%'],
        ['phone', '2', '25.0%'],
      ])
      assert.deepEqual(tableOf(body, 'Live sessions by browser')[0], ['Firefox', '6', '75.0%'])
      assert.deepEqual(tableOf(body, 'Live sessions by system')[1], ['Android', '2', '25.0%'])
      assert.deepEqual(tableOf(body, 'Live sessions by network'), [
        ['203.0.113.0/24', '7', '87.5%'],
        ['2001:db8:1::/48', '1', '12.5%'],
      ])
      assert.match(body, /by grace\. All \d+ rows were looked at\./)
    })

    test('links to the sessions that it counted', async () => {
      const operator = new Operator(app)
      const body = await survey(operator)
      const links = [
        ...body.matchAll(
          /href="\/admin\/sessions(\/sessions\?(?:country|kind|network)=[^"]+)"[^>]*>[^<]+<\/a><\/th><td class="number">(\d+)/g,
        ),
      ]
      assert.equal(links.length, 3 + 2 + 2)
      for (const [, path, count] of links) {
        const list = (await operator.show(path!.replaceAll('&amp;', '&'))).body
        assert.equal(list.match(/<td data-label="Device">/g)?.length, Number(count), path)
      }
    })

    test('goes through a table in batches, stops at its limit, and says so', async () => {
      const rows = (await app.storedSession.list({ limit: 1_000 })).sessions.length
      const whole = await surveySessions(app.storedSession, control(), { mostRows: 1_000, batch: 2 })
      assert.deepEqual([whole.looked, whole.live, whole.isPartial], [rows, 8, false])
      const part = await surveySessions(app.storedSession, control(), { mostRows: 3, batch: 2 })
      assert.deepEqual([part.looked, part.isPartial], [3, true])
      const exact = await surveySessions(app.storedSession, control(), { mostRows: rows, batch: rows })
      assert.deepEqual([exact.looked, exact.isPartial], [rows, false])
    })
  })
})

describe('the page of the survey', () => {
  const suite = appSuite(databases[0]!)

  test('shows the progress, runs one survey at a time, and stops it with what it has', async () => {
    const app = await suite.open({ options: withEverything, routes: dashboardRoutes() })
    for (let n = 0; n < 3; n++) await signIn(app, 'ada', { country: 'DE' })
    const { store } = app.storedSession
    const list = store.list.bind(store)
    let asked = 0
    let goOn = () => {}
    store.list = async (options) => {
      asked++
      if (asked > 1) await new Promise<void>((resolve) => (goOn = resolve))
      const { sessions } = await list({ limit: options!.limit })
      return { sessions, next: 'more' }
    }
    const operator = new Operator(app)
    await operator.submit('/survey')
    await until('the second batch waits', () => asked === 2)
    const body = (await operator.show('/survey')).body
    assert.match(body, /id="survey" data-refresh="2"/)
    assert.match(body, /3 rows looked at, 3 live sessions\. Started by grace/)
    await new Operator(app, 'linus').submit('/survey')
    assert.equal(asked, 2, 'a second one does not start')
    await operator.submit('/survey/stop', {}, { page: '/survey' })
    goOn()
    await until('it has stopped', async () => !/data-refresh/.test((await operator.show('/survey')).body))
    assert.match((await operator.show('/survey')).body, /The newest 6 rows were looked at, then it was stopped/)
    store.list = async () => {
      throw Object.assign(new Error('connect to 10.0.0.7 failed'), { code: 'ECONNREFUSED' })
    }
    await operator.submit('/survey')
    await until('it has failed', async () => /role="alert"/.test((await operator.show('/survey')).body))
    const failed = (await operator.show('/survey')).body
    assert.match(failed, /The survey of grace failed: ECONNREFUSED\./)
    assert.match(failed, /The newest 6 rows were looked at/, 'the last result stays')
    assert.doesNotMatch(failed, /10\.0\.0\.7/)
  })

  test('says which option is off', async () => {
    const app = await suite.open({ routes: dashboardRoutes() })
    const body = (await new Operator(app).show('/survey')).body
    assert.match(body, /Set the option <code>metadata<\/code>/)
    assert.doesNotMatch(body, /<form/)
  })

  test('starts nothing without the token of its form', async () => {
    const app = await suite.open({ options: withEverything, routes: dashboardRoutes() })
    const operator = new Operator(app)
    assert.equal((await operator.submit('/survey', { token: 'none' })).statusCode, 403)
    assert.match((await operator.show('/survey')).body, />Start</)
  })
})
