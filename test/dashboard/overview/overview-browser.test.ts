import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type Browser, chromium, type Page } from 'playwright-core'
import { chromiumFlags, chromiumProgram } from '../../examples/example-chromium.ts'
import { openApp } from '../../support/app.ts'
import { assertAccessible, assertFits, keepPicture } from '../../support/browser-page.ts'
import { addressOf } from '../../support/http-visitor.ts'
import { DASHBOARD, dashboardRoutes, signIn, withEverything } from '../dashboard-app.ts'

describe('the overview in Chromium', () => {
  let app: FastifyInstance
  let browser: Browser
  let address: string

  before(async () => {
    app = await openApp('sqlite::memory:', {
      options: withEverything,
      routes: dashboardRoutes({ authorize: () => 'grace' }),
    })
    const { browser: visitor } = await signIn(app, 'ada')
    await visitor.post('/logout')
    await signIn(app, 'bob')
    await app.storedSession.flush()
    address = await addressOf(app)
    browser = await chromium.launch({ executablePath: await chromiumProgram(), args: chromiumFlags })
  })
  after(async () => {
    await browser?.close()
    await app?.close()
  })

  async function open(width: number, colorScheme: 'light' | 'dark'): Promise<Page> {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 }, baseURL: address })
    await page.goto(DASHBOARD)
    return page
  }

  const numbers = (page: Page) => page.locator('#ends-numbers')

  test('is counted again while it is open, and keeps open what the operator opened', async () => {
    const page = await open(1_400, 'light')
    await numbers(page).locator('summary').click()
    await page.getByRole('heading', { name: 'Overview' }).click()
    await page.evaluate('document.activeElement.blur()')
    app.storedSession.store.events.emit('fault', { operation: 'read', error: new Error('away') })
    await page.getByText('1 request of this process got the status 503').waitFor()
    assert.equal(await numbers(page).getAttribute('open'), '')
    assert.ok(await numbers(page).getByRole('columnheader', { name: 'Signed out or replaced' }).isVisible())
    await page.close()
  })

  for (const [width, colorScheme] of [
    [390, 'dark'],
    [1_400, 'light'],
  ] as const) {
    test(`fits and breaks no rule of axe with its numbers open and problems, ${width} px, ${colorScheme}`, async () => {
      const { events } = app.storedSession.store
      events.emit('backlog', { backlog: 10_000, rounds: 4 })
      events.emit('fault', { operation: 'write', error: new Error('away') })
      const page = await open(width, colorScheme)
      for (const summary of await page.locator('summary').all()) await summary.click()
      assert.ok((await page.locator('details[open]').count()) >= 3)
      await assertFits(page, width)
      await assertAccessible(page)
      await keepPicture(page, `overview-open-${width}-${colorScheme}`)
      await page.close()
    })
  }

  test('breaks no rule of axe while the database is away', async () => {
    const away = await openApp('sqlite::memory:', {
      options: withEverything,
      routes: dashboardRoutes({ authorize: () => 'grace' }),
    })
    await away.storedSession.store.close()
    const page = await browser.newPage({ baseURL: await addressOf(away), viewport: { width: 390, height: 900 } })
    await page.goto(DASHBOARD)
    await page.getByText('does not answer').waitFor()
    await assertFits(page, 390)
    await assertAccessible(page)
    await keepPicture(page, 'overview-away')
    await page.close()
    await away.close()
  })
})
