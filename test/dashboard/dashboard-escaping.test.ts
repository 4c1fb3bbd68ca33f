import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type Browser, chromium } from 'playwright-core'
import { chromiumFlags, chromiumProgram } from '../examples/example-chromium.ts'
import { openApp } from '../support/app.ts'
import { addressOf } from '../support/http-visitor.ts'
import { PAYLOADS } from '../support/script-payloads.ts'
import { DASHBOARD, dashboardRoutes, signIn, withEverything } from './dashboard-app.ts'

/** Users that one page of the browser shows. */
const TOGETHER = 50

describe('mission control shows the text of attackers as text', () => {
  let browser: Browser
  let app: FastifyInstance
  let address: string
  let payload = ''

  before(async () => {
    browser = await chromium.launch({ executablePath: await chromiumProgram(), args: chromiumFlags })
    const metadata = {
      location: () => ({ city: payload, region: payload, country: payload }),
      extra: () => ({ [payload]: payload }),
    }
    app = await openApp('sqlite::memory:', {
      options: { ...withEverything, metadata },
      routes: dashboardRoutes({ reveal: true, authorize: () => PAYLOADS[0]! }),
    })
    address = await addressOf(app)
  })
  after(async () => {
    await browser?.close()
    await app?.close()
  })

  /** Opens pages without their policy, so that nothing but the escaping holds; counts what ran. */
  async function executions(
    visit: (open: (path: string) => Promise<void>, submit: () => Promise<void>) => Promise<void>,
  ) {
    const context = await browser.newContext({ bypassCSP: true })
    let hits = 0
    await context.exposeFunction('hit', () => void hits++)
    const page = await context.newPage()
    const check = async () => {
      await page.locator('h1').waitFor()
      await page.evaluate('document.querySelectorAll("a[href^=javascript]").forEach((link) => link.click())')
      const loose = await page.evaluate(
        'document.querySelectorAll("script:not([src]), img, iframe, object, embed, svg svg, [onload], [onfocus], [onerror]").length',
      )
      assert.equal(loose, 0, page.url())
    }
    await visit(
      async (path) => {
        await page.goto(address + DASHBOARD + path)
        await check()
      },
      async () => {
        await page.locator('main form[method=post] button').first().click()
        await check()
      },
    )
    await context.close()
    return hits
  }

  test(`in ${PAYLOADS.length} user ids, user agents, places, extras, contents, actors and addresses, none of which runs`, async () => {
    assert.equal(PAYLOADS.length, 200)
    for (let start = 0; start < PAYLOADS.length; start += TOGETHER) {
      const signedIn: { user: string; handle: string }[] = []
      for (const one of PAYLOADS.slice(start, start + TOGETHER)) {
        payload = one
        const userAgent = `${one.replaceAll('/', '')}/1.0 x`
        const { handle } = await signIn(app, one, { userAgent, data: { [one]: { [one]: [one] } } })
        signedIn.push({ user: one, handle })
      }
      await app.storedSession.revoke({ user: signedIn[1]!.user, actor: signedIn[1]!.user })
      const hits = await executions(async (open, submit) => {
        for (const path of ['/sessions', '/live', '/survey', '']) await open(path)
        for (const { user, handle } of signedIn.slice(0, 5)) {
          const query = `user=${encodeURIComponent(user)}`
          await open(`/sessions/${handle}`)
          for (const path of ['/user', '/user/forget', '/user/sign-out']) await open(`${path}?${query}`)
          await open(`/sessions?${query}&country=${encodeURIComponent(user)}&network=${encodeURIComponent(user)}`)
        }
        await open(`/sessions/${signedIn[0]!.handle}`)
        await submit()
      })
      assert.equal(hits, 0)
    }
    const { body } = await app.inject(`${DASHBOARD}/sessions`)
    assert.ok(body.includes('&lt;script&gt;hit'), 'the users are on the page')
  })
})
