import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import type { StoredSessionOptions } from '../../src/index.ts'
import { chromiumFlags, chromiumProgram } from '../examples/example-chromium.ts'
import { databases } from '../harness/databases.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { appSuite } from '../support/app-suite.ts'
import { addressOf } from '../support/http-visitor.ts'

const DOMAIN = 'shop.example.test'

describe('in a browser', () => {
  const suite = appSuite(databases[0]!)
  let browser: BrowserContext
  let page: Page

  before(async () => {
    browser = await chromium.launchPersistentContext(temporaryFolder('chromium'), {
      executablePath: await chromiumProgram(),
      args: [...chromiumFlags, `--host-resolver-rules=MAP ${DOMAIN} 127.0.0.1`],
    })
    page = await browser.newPage()
  })
  after(() => browser?.close())

  /** Deploys the application with this configuration, and opens it in the same browser. */
  async function deploy(cookie: NonNullable<StoredSessionOptions['cookie']>): Promise<FastifyInstance> {
    const app = await suite.open({ options: { cookie: { secure: false, ...cookie } } })
    const { port } = new URL(await addressOf(app))
    await page.goto(`http://${DOMAIN}:${port}/`)
    return app
  }

  const userId = () =>
    page.evaluate<string>('fetch("/me").then((answer) => answer.json()).then(({ userId }) => userId)')
  const post = (path: string) => page.evaluate(`fetch("${path}", { method: "POST" }).then((answer) => answer.status)`)
  const places = async () => (await browser.cookies()).map(({ domain, path }) => `${domain}${path}`)

  test('a sign-in lasts after cookie.domain changed, and cookie.former leaves one cookie', async () => {
    await deploy({})
    await post('/login')
    assert.deepEqual(await places(), [`${DOMAIN}/`])
    await deploy({ domain: 'example.test' })
    assert.equal(await userId(), 'ada')
    await post('/logout')
    assert.equal(await userId(), undefined)
    await post('/login')
    assert.deepEqual((await places()).toSorted(), ['.example.test/', `${DOMAIN}/`])
    for (let time = 0; time < 3; time++) assert.equal(await userId(), 'ada')
    await deploy({ domain: 'example.test', former: [{}] })
    assert.equal(await userId(), 'ada')
    await post('/logout')
    assert.deepEqual([await userId(), await places()], [undefined, []])
  })

  test('a sign-in lasts after cookie.path changed, and a sign-in with cookie.former leaves one cookie', async () => {
    await deploy({ path: '/me' })
    await browser.addCookies([{ name: 'sessionId', value: 'stale.signature', domain: DOMAIN, path: '/me' }])
    await deploy({})
    await post('/login')
    assert.deepEqual((await places()).toSorted(), [`${DOMAIN}/`, `${DOMAIN}/me`])
    assert.equal(await userId(), 'ada')
    await deploy({ former: [{ path: '/me' }] })
    await post('/login')
    assert.deepEqual([await userId(), await places()], ['ada', [`${DOMAIN}/`]])
  })
})
