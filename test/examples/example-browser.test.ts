import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type BrowserContext, chromium } from 'playwright-core'
import { paths } from '../../examples/app/frame.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { assertAccessible, assertFits, keepPicture } from '../support/browser-page.ts'
import { ExampleApp } from './example-app.ts'
import { chromiumFlags, chromiumProgram } from './example-chromium.ts'

const PHONE = { width: 320, height: 640 }

let app: ExampleApp
let browser: BrowserContext

before(async () => {
  app = await ExampleApp.start()
  browser = await chromium.launchPersistentContext(temporaryFolder('chromium'), {
    executablePath: await chromiumProgram(),
    args: chromiumFlags,
    javaScriptEnabled: false,
    viewport: PHONE,
  })
})

after(async () => {
  await browser?.close()
  await app?.end('SIGKILL')
})

test('in a browser without scripts a visitor signs in, counts, comes back, and signs out', async () => {
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  await page.goto(app.url)
  await page.getByLabel('Your name').fill('Ada <3')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Hello, Ada <3', exact: true }).waitFor()

  await page.getByRole('button', { name: 'Count one more' }).click()
  await page.getByRole('button', { name: 'Count one more' }).click()
  const counter = page.getByRole('region', { name: 'Your counter' }).locator('.count')
  assert.equal(await counter.textContent(), '2')
  await page.reload()
  assert.equal(await counter.textContent(), '2')
  assert.equal(
    await page.evaluate('document.documentElement.scrollWidth'),
    PHONE.width,
    'nothing is cut off at the side',
  )

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Your name').waitFor()
  assert.deepEqual(await browser.cookies(), [])
  await page.goBack()
  await page.reload()
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Sign in')
  assert.deepEqual(complaints, [])
})

for (const [width, colorScheme] of [
  [390, 'dark'],
  [1400, 'light'],
] as const) {
  test(`all pages fit and are accessible, one click from the first: ${width} px, ${colorScheme}`, async () => {
    const visitor = await browser.browser()!.newContext({ viewport: { width, height: 900 }, colorScheme })
    const page = await visitor.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    const inspect = async (name: string) => {
      await keepPicture(page, `example-${name}-${width}`)
      await assertFits(page, width)
      await assertAccessible(page)
    }
    await page.goto(app.url)
    await inspect('start')
    await page.getByRole('main').getByRole('link', { name: 'Mission control' }).click()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.goBack()
    await page.getByLabel('Your name').fill('Ada')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Count one more' }).click()
    await inspect('signed-in')
    await page.getByRole('main').getByRole('link', { name: 'Your devices' }).click()
    await page.getByText('This device').waitFor()
    await inspect('devices')
    assert.deepEqual(complaints, [])
    await page.goto(app.url + paths.devices.slice(0, 4))
    await inspect('none')
    await visitor.close()
  })
}
