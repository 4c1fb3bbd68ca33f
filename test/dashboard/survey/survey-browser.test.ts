import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type Browser, chromium } from 'playwright-core'
import { chromiumFlags, chromiumProgram } from '../../examples/example-chromium.ts'
import { openApp } from '../../support/app.ts'
import { assertAccessible, assertFits, keepPicture } from '../../support/browser-page.ts'
import { addressOf } from '../../support/http-visitor.ts'
import { until } from '../../support/until.ts'
import { DASHBOARD, dashboardRoutes, signIn, withEverything } from '../dashboard-app.ts'

const LONG_USER = `${'w'.repeat(120)}@example.com`

describe('the survey in Chromium', () => {
  let app: FastifyInstance
  let browser: Browser
  let address: string

  before(async () => {
    app = await openApp('sqlite::memory:', {
      options: withEverything,
      routes: dashboardRoutes({ authorize: () => 'grace' }),
    })
    for (const user of ['ada', LONG_USER]) {
      for (const country of ['DE', 'FR', 'US']) await signIn(app, user, { country, ip: '2001:db8:1::7' })
    }
    address = await addressOf(app)
    browser = await chromium.launch({ executablePath: await chromiumProgram(), args: chromiumFlags })
  })
  after(async () => {
    await browser?.close()
    await app?.close()
  })

  for (const [javaScriptEnabled, width, colorScheme] of [
    [true, 390, 'dark'],
    [true, 1400, 'light'],
    [false, 390, 'light'],
  ] as const) {
    test(`is started and read, ${width} px, ${colorScheme}, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
      const context = await browser.newContext({
        javaScriptEnabled,
        colorScheme,
        viewport: { width, height: 900 },
        baseURL: address,
      })
      const page = await context.newPage()
      await page.goto(`${DASHBOARD}/survey`)
      await page.getByRole('button', { name: /Start|Count again/ }).click()
      const result = page.getByText(/^Counted .* by grace\. All 6 rows/)
      if (javaScriptEnabled) await result.waitFor()
      else await until('a reload shows the result', async () => (await result.isVisible()) || !(await page.reload()))
      await assertFits(page, width)
      if (javaScriptEnabled) await assertAccessible(page)
      await keepPicture(page, `survey-${width}-${colorScheme}`)
      await page.getByRole('link', { name: 'ada' }).click()
      assert.equal(await page.locator('h1').textContent(), 'ada')
      assert.ok(await page.getByText('France, Germany, United States').isVisible())
      await context.close()
    })
  }
})
