import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { forEachDatabase } from '../../harness/databases.ts'
import { Browser, cookieLines, sessionOf } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { type Pause, pause } from '../../support/paused-routes.ts'
import { allRows } from '../../support/rows.ts'

interface Counted {
  n?: number
  list?: unknown[]
}

type Work = (app: FastifyInstance, request: FastifyRequest) => unknown

forEachDatabase((target) => {
  const suite = appSuite(target)
  let one: FastifyInstance
  let other: FastifyInstance
  let slow: Pause
  let work: Work = () => {}

  before(async () => {
    slow = pause()
    const routes = (app: FastifyInstance) => {
      app.post('/work', async (request) => (await work(app, request)) ?? {})
      app.get('/all', async (request) => contentOf(request))
      slow.route(app, '/slow', (request) => work(app, request))
    }
    one = await suite.open({ routes })
    other = await suite.open({ routes })
  })

  const add = (app: FastifyInstance, request: FastifyRequest, by = 1) =>
    app.storedSession.update(request, (session) => {
      const counted = session as Counted
      counted.n = (counted.n ?? 0) + by
      return counted.n
    })
  const all = async (browser: Browser) => (await browser.get('/all')).json()
  const run = async (browser: Browser, next: Work) => {
    work = next
    return browser.post('/work')
  }
  const signedIn = async (content = {}) => {
    const browser = new Browser(one)
    await browser.post('/change', { userId: 'ada', ...content })
    return browser
  }
  const elsewhere = (browser: Browser) => new Browser(other, browser.cookies())

  describe('an update', () => {
    test('resolves with the result of its function after it is stored', async () => {
      const browser = await signedIn({ n: 5 })
      const response = await run(browser, async (app, request) => {
        const result = await add(app, request)
        return { result, stored: await all(elsewhere(browser)) }
      })
      assert.deepEqual(response.json(), { result: 6, stored: { userId: 'ada', n: 6 } })
    })

    test('stores a new session, and its response has the cookie', async () => {
      const browser = new Browser(one)
      const response = await run(browser, async (app, request) => ({ n: await add(app, request) }))
      assert.equal(cookieLines(response).length, 1)
      assert.deepEqual(await all(browser), { n: 1 })
    })

    test('works after regenerate(), and after rotateId()', async () => {
      for (const renew of [
        (_app, request) => request.session.regenerate(),
        (_app, request) => request.session.regenerate(['n' as never]),
        (app, request) => app.storedSession.rotateId(request),
        (app, request) => void app.storedSession.rotateId(request),
      ] as Work[]) {
        const browser = await signedIn({ n: 1 })
        const old = new Browser(one, browser.cookies())
        const response = await run(browser, async (app, request) => {
          await renew(app, request)
          return { n: await add(app, request, 10) }
        })
        assert.equal((await all(browser)).n, response.json().n)
        assert.notDeepEqual(old.cookies(), browser.cookies())
      }
    })

    test('sees what is stored, and what its request changed before', async () => {
      const browser = await signedIn({ n: 1, list: ['old'] })
      const seen: unknown[] = []
      work = (app, request) => {
        sessionOf(request).mine = 1
        ;(sessionOf(request).list as unknown[]).push('mine')
        return app.storedSession.update(request, (session) => {
          seen.push(structuredClone(contentIn(session)))
        })
      }
      const slowly = browser.post('/slow')
      await slow.entered()
      await elsewhere(browser).post('/change', { n: 7, list: ['old', 'theirs'] })
      slow.resume()
      assert.equal((await slowly).statusCode, 200)
      const expected = { userId: 'ada', n: 7, list: ['old', 'theirs', 'mine'], mine: 1 }
      assert.deepEqual(seen, [expected])
      assert.deepEqual(await all(browser), expected)
    })

    test('counts every one of many at once, in two applications', async () => {
      const browser = await signedIn()
      work = (app, request) => add(app, request).then((n) => ({ n }))
      const browsers = Array.from({ length: 40 }, (_, n) => (n % 2 ? elsewhere(browser) : browser))
      const results = await Promise.all(browsers.map((each) => each.post('/work')))
      const counts = results.map((response) => response.json().n).sort((a, b) => a - b)
      assert.deepEqual(
        counts,
        Array.from({ length: 40 }, (_, n) => n + 1),
      )
      assert.equal((await all(browser)).n, 40)
    })

    test('of one request runs after the one before, also when they are called at once', async () => {
      const browser = await signedIn()
      const response = await run(browser, async (app, request) => ({
        results: await Promise.all(Array.from({ length: 20 }, () => add(app, request))),
      }))
      assert.deepEqual(
        response.json().results,
        Array.from({ length: 20 }, (_, n) => n + 1),
      )
      assert.equal((await all(browser)).n, 20)
    })

    test('within another is a part of it, also if that one waits for it', async () => {
      const browser = await signedIn({ n: 0 })
      const response = await run(browser, async (app, request) => {
        let inner: Promise<number> | undefined
        const outer = await app.storedSession.update(request, (session) => {
          ;(session as Counted).n = 100
          inner = add(app, request)
          return (session as Counted).n
        })
        const awaited = await app.storedSession.update(request, async () => {
          await add(app, request, 10)
          await request.session.save()
          return add(app, request, 10)
        })
        return { outer, inner: await inner, awaited }
      })
      assert.deepEqual(response.json(), { outer: 101, inner: 101, awaited: 121 })
      assert.equal((await all(browser)).n, 121)
    })

    test('waits for an asynchronous function', async () => {
      const browser = await signedIn({ n: 1 })
      const response = await run(browser, async (app, request) => ({
        n: await app.storedSession.update(request, async (session) => {
          await new Promise(setImmediate)
          sessionOf(request).n = 2
          return (session as Counted).n
        }),
      }))
      assert.equal(response.json().n, 2)
      assert.equal((await all(browser)).n, 2)
    })

    test('leaves its response nothing to store', async () => {
      const browser = await signedIn({ n: 1 })
      const versions = async () => (await allRows(suite.database)).reduce((sum, { version }) => sum + version, 0)
      const before = await versions()
      await run(browser, (app, request) => add(app, request))
      assert.equal(await versions(), before + 1)
    })
  })

  describe('an update that fails', () => {
    test('because its function throws changes nothing, and rejects with that error', async () => {
      const browser = await signedIn({ n: 1, list: [1] })
      const response = await run(browser, async (app, request) => {
        const list = sessionOf(request).list
        sessionOf(request).kept = true
        const error = await app.storedSession
          .update(request, (session) => {
            Object.assign(session, { n: 9, added: () => {} })
            ;(session as Counted).list?.push(2)
            throw new TypeError('not today')
          })
          .then(String, String)
        return { error, isSame: list === sessionOf(request).list, content: contentOf(request) }
      })
      const content = { userId: 'ada', n: 1, list: [1], kept: true }
      assert.deepEqual(response.json(), { error: 'TypeError: not today', isSame: true, content })
      assert.deepEqual(await all(browser), content)
    })

    test('because its result cannot be stored changes nothing', async () => {
      const browser = await signedIn({ n: 1 })
      const response = await run(browser, async (app, request) => {
        const failing = app.storedSession.update(
          request,
          (session) => Object.assign(session, { n: 2, no: () => {} }) && 0,
        )
        return { code: await failing.then(String, ({ code }) => code), content: contentOf(request) }
      })
      assert.deepEqual(response.json(), { code: 'FST_STORED_SESSION_UNSTORABLE', content: { userId: 'ada', n: 1 } })
      assert.deepEqual(await all(browser), { userId: 'ada', n: 1 })
    })

    test('does not fail the updates that run together with it', async () => {
      const browser = await signedIn({ n: 0 })
      const response = await run(browser, async (app, request) => {
        const updates = Array.from({ length: 5 }, (_, n) =>
          n === 2
            ? app.storedSession.update(request, (session) => {
                Object.assign(session, { n: 99 })
                throw new Error('no')
              })
            : add(app, request),
        )
        return (await Promise.allSettled(updates)).map((one) => ('value' in one ? one.value : one.reason.message))
      })
      assert.deepEqual(response.json(), [1, 2, 'no', 3, 4])
      assert.equal((await all(browser)).n, 4)
    })

    test('because the session has ended, or there is none, says so', async () => {
      const browser = await signedIn({ n: 1 })
      work = (app, request) => add(app, request)
      const slowly = browser.post('/slow')
      await slow.entered()
      await elsewhere(browser).post('/logout')
      slow.resume()
      const response = await slowly
      assert.equal(response.json().code, 'FST_STORED_SESSION_ENDED')
      assert.equal(response.statusCode, 409)
      assert.deepEqual(await all(browser), {})
      const none = await run(await signedIn(), async (app, request) => {
        await request.session.destroy()
        return add(app, request)
      })
      assert.equal(none.json().code, 'FST_STORED_SESSION_ENDED')
    })

    test('because its function never ends is a 503, and holds no other up for longer', async () => {
      const app = await suite.open({
        options: { operationTimeout: 200 },
        routes: (app) =>
          app.post('/hang', async (request) => app.storedSession.update(request, () => new Promise(() => {}))),
      })
      const browser = new Browser(app)
      await browser.post('/change', { n: 1 })
      assert.equal((await browser.post('/hang')).statusCode, 503)
      await browser.post('/change', { m: 1 })
      assert.equal((await browser.get('/me')).json().n, 1)
    })
  })
})

function contentIn(session: object): Record<string, unknown> {
  const { cookie, ...content } = Object.fromEntries(Object.entries(session))
  return content
}

const contentOf = (request: FastifyRequest) => contentIn(request.session)
