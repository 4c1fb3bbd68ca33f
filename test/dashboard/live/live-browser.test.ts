import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type Browser, chromium, type Page } from 'playwright-core'
import { chromiumFlags, chromiumProgram } from '../../examples/example-chromium.ts'
import { openApp } from '../../support/app.ts'
import { assertAccessible } from '../../support/browser-page.ts'
import { addressOf } from '../../support/http-visitor.ts'
import { DASHBOARD, dashboardRoutes, withEverything } from '../dashboard-app.ts'

describe('the live page in Chromium', () => {
  let app: FastifyInstance
  let browser: Browser
  let page: Page
  const complaints: string[] = []

  before(async () => {
    const { history: _, ...options } = withEverything
    app = await openApp('sqlite::memory:', { options, routes: dashboardRoutes({ authorize: () => 'grace' }) })
    browser = await chromium.launch({ executablePath: await chromiumProgram(), args: chromiumFlags })
    page = await browser.newPage({ baseURL: await addressOf(app) })
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
  })
  after(async () => {
    await browser?.close()
    await app?.close()
  })

  const warn = (message: string) => app.storedSession.store.events.emit('databaseWarning', { message })
  const items = () => page.locator('#live > li')

  test('adds events as they come, the newest first, each once, also after a new connection', async () => {
    warn('warning 1')
    await page.goto(`${DASHBOARD}/live`)
    await page.getByText('Live', { exact: true }).locator('xpath=self::span').waitFor()
    warn('warning 2')
    await page.getByText('warning 2').waitFor()
    assert.deepEqual(
      (await items().allTextContents()).map((text) => /warning \d/.exec(text)![0]),
      ['warning 2', 'warning 1'],
    )
    await assertAccessible(page)
  })

  test('pauses: what comes meanwhile is counted, and shown afterwards', async () => {
    const pause = page.getByRole('button', { name: 'Pause' })
    await pause.click()
    assert.equal(await pause.getAttribute('aria-pressed'), 'true')
    warn('warning 3')
    warn('warning 4')
    await page.getByText('2 new', { exact: true }).waitFor()
    assert.equal(await items().count(), 2)
    await assertAccessible(page)
    await pause.press('Enter')
    await page.getByText('warning 4').waitFor()
    assert.match((await items().first().textContent())!, /warning 4/)
    assert.equal(await pause.getAttribute('aria-pressed'), 'false')
  })

  test('keeps at most 200 events, and runs nothing that is in them', async () => {
    warn('<img src=x onerror="document.title = \'attacked\'"><script>document.title = "attacked"</script>')
    // A reader that is too slow misses events, so it gets them in portions.
    for (let n = 0; n < 300; n++) {
      warn(`many ${n}`)
      if (n % 50 === 49) await page.getByText(`many ${n}`, { exact: false }).first().waitFor()
    }
    assert.equal(await items().count(), 200)
    await page.reload()
    await page.getByText('many 299').waitFor()
    assert.equal(await page.title(), 'Live · Mission control')
    assert.deepEqual(complaints, [])
  })

  test('says when it is not connected', async () => {
    await app.close()
    await page.getByText(/Connecting again|Not connected/).waitFor()
  })
})
