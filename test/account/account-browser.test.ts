import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { chromiumFlags, chromiumProgram } from '../examples/example-chromium.ts'
import { openApp } from '../support/app.ts'
import { assertAccessible, assertFits, keepPicture } from '../support/browser-page.ts'
import { addressOf } from '../support/http-visitor.ts'
import { accountRoutes, CHROME, FIREFOX, Member, PAGE, withDevices } from './account-app.ts'

const IPAD =
  'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

/** How a visitor sees the page. */
interface View {
  readonly javaScriptEnabled: boolean
  readonly width: number
  readonly colorScheme: 'light' | 'dark'
  readonly locale: string
}

const VIEWS: View[] = [
  { javaScriptEnabled: false, width: 390, colorScheme: 'light', locale: 'en-GB' },
  { javaScriptEnabled: true, width: 1400, colorScheme: 'dark', locale: 'de-DE' },
  { javaScriptEnabled: true, width: 390, colorScheme: 'dark', locale: 'fr-FR' },
  { javaScriptEnabled: false, width: 1400, colorScheme: 'light', locale: 'es-ES' },
]

describe('the page of devices in Chromium', () => {
  let app: FastifyInstance
  let address: string
  let browser: Browser

  before(async () => {
    const location = () => ({ country: 'DE', city: 'Berlin' })
    app = await openApp('sqlite::memory:', {
      options: { ...withDevices, metadata: { location } },
      routes: accountRoutes(),
    })
    address = await addressOf(app)
    browser = await chromium.launch({ executablePath: await chromiumProgram(), args: chromiumFlags })
  })
  after(async () => {
    await browser?.close()
    await app?.close()
  })

  /** A visitor with some more devices, on the page; `complaints` is what the browser had to say. */
  async function visit({ width, ...view }: View, devices = [CHROME, IPAD, 'curl/8.5.0', '']): Promise<Visit> {
    await app.storedSession.revoke({ all: true })
    for (const userAgent of devices) await Member.signIn(app, 'ada', { userAgent })
    const own = await Member.signIn(app, 'ada', { userAgent: FIREFOX })
    const context = await browser.newContext({ ...view, viewport: { width, height: 900 } })
    await context.addCookies([{ name: 'sessionId', value: own.cookies().sessionId!, url: address }])
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(address + PAGE)
    return { page, context, complaints, own }
  }

  for (const view of VIEWS) {
    const { javaScriptEnabled, width, colorScheme, locale } = view
    const name = `${width} px, ${colorScheme}, ${locale}, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`
    test(`shows the devices, signs out one, the others, and everywhere: ${name}`, async () => {
      const { page, context, complaints, own } = await visit(view)
      assert.equal(await page.getByRole('listitem').count(), 5)
      assert.equal(await page.locator('html').getAttribute('lang'), locale.slice(0, 2))
      await keepPicture(page, `devices-${width}-${colorScheme}`)
      await assertFits(page, width)
      await page.getByRole('listitem').nth(1).getByRole('button').click()
      await page.getByRole('status').waitFor()
      assert.equal(await page.getByRole('listitem').count(), 4)
      await assertFits(page, width)
      await keepPicture(page, `done-${width}-${colorScheme}`)

      await page.locator('a[href$="/sign-out-others"]').click()
      await assertFits(page, width)
      await keepPicture(page, `confirm-${width}-${colorScheme}`)
      await page.locator('a.button').click()
      assert.equal(await page.getByRole('listitem').count(), 4)
      await page.locator('a[href$="/sign-out-others"]').click()
      await page.getByRole('button').click()
      await page.getByRole('status').waitFor()
      assert.equal(await page.getByRole('listitem').count(), 1)

      await page.locator('a[href$="/sign-out-everywhere"]').click()
      await page.getByRole('button').click()
      await page.getByRole('status').waitFor()
      await keepPicture(page, `ended-${width}-${colorScheme}`)
      assert.deepEqual(await context.cookies(), [])
      assert.equal(await own.isSignedIn(), false)
      // Chromium reports the status 401 of the last page.
      assert.deepEqual(
        complaints.filter((text) => !text.includes('401')),
        [],
      )
      await context.close()
    })
  }

  test('is used with the keyboard alone, and shows where it is', async () => {
    const { page, context } = await visit(VIEWS[0]!, [CHROME])
    const names: string[] = []
    for (let stop = 0; stop < 4; stop++) {
      await page.keyboard.press('Tab')
      const focused = page.locator(':focus-visible')
      names.push((await focused.textContent())!.replaceAll(/\s+/g, ' ').trim())
      const outline = await page.evaluate('parseFloat(getComputedStyle(document.activeElement).outlineWidth)')
      assert.ok((outline as number) >= 2, names.at(-1))
    }
    assert.deepEqual(names, [
      'Sign out: Firefox on Windows',
      'Sign out: Chrome on Android phone',
      'Sign out all other devices',
      'Sign out everywhere',
    ])
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Sign out all other devices?' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('One other device was signed out.').waitFor()
    await context.close()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`breaks no rule of axe on any page and in any state, ${colorScheme}`, async () => {
      const view = { ...VIEWS[0]!, javaScriptEnabled: true, colorScheme }
      for (const devices of [[], [CHROME], [CHROME, IPAD, 'curl/8.5.0', '']]) {
        const { page, context, own } = await visit(view, devices)
        const paths = ['', '?done=others-3', '/sign-out-others', '/sign-out-everywhere']
        for (const path of devices.length === 1 ? paths : ['']) {
          await page.goto(address + PAGE + path)
          await assertAccessible(page)
        }
        await page.goto(address + PAGE)
        await app.storedSession.revoke({ handle: own.handle })
        await page.getByRole('button').last().click()
        await page.getByRole('heading', { name: 'You are not signed in' }).waitFor()
        await assertAccessible(page)
        await context.close()
      }
    })
  }

  test('breaks no rule of axe where it refuses, finds nothing, and cannot read the sessions', async () => {
    const { page, context } = await visit({ ...VIEWS[1]!, locale: 'en-GB' })
    for (const [field, title] of [
      ['token', 'Nothing was changed'],
      ['handle', 'This device is not signed in'],
    ] as const) {
      await page.goto(address + PAGE)
      await page.evaluate(`document.querySelectorAll('[name=${field}]').forEach((input) => { input.value = 'x' })`)
      await page.getByRole('listitem').nth(1).getByRole('button').click()
      await page.getByRole('heading', { name: title }).waitFor()
      await assertAccessible(page)
    }
    const { list } = app.storedSession
    app.storedSession.list = async () => {
      throw Object.assign(new Error('away'), { statusCode: 503 })
    }
    await page.goto(address + PAGE)
    await page.getByRole('heading', { name: 'Your devices cannot be shown at the moment' }).waitFor()
    await assertAccessible(page)
    app.storedSession.list = list
    await context.close()
  })

  test('fits at 200 % zoom, and a very long name breaks', async () => {
    const { page, context } = await visit({ ...VIEWS[1]!, width: 700 }, [`${'W'.repeat(300)}/1 x`])
    await page.evaluate('document.body.style.zoom = 2')
    await assertFits(page, 700)
    await context.close()
  })

  test('cannot be shown in a frame of another site, nor used by a form of one', async () => {
    const { page, context } = await visit(VIEWS[1]!)
    const other = address.replace('127.0.0.1', 'localhost')
    await page.route(`${other}/attack`, (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<iframe src="${address}${PAGE}"></iframe><form method="post" action="${address}${PAGE}/sign-out-everywhere"><button>Win</button></form>`,
      }),
    )
    await page.goto(`${other}/attack`)
    assert.match(page.frames()[1]!.url(), /^chrome-error:/)
    const answer = page.waitForResponse((response) => response.url().includes('sign-out-everywhere'))
    await page.getByRole('button', { name: 'Win' }).click()
    // Chromium sends no cookie of the site to it, or the origin is refused.
    assert.ok([401, 403].includes((await answer).status()))
    assert.equal((await app.storedSession.list({ user: 'ada', state: 'live' })).sessions.length, 5)
    await context.close()
  })
})

interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  readonly complaints: string[]
  readonly own: Member
}
