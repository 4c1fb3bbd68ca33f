import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { chromiumFlags, chromiumProgram } from '../examples/example-chromium.ts'
import { openApp } from '../support/app.ts'
import { assertAccessible, assertFits, keepPicture } from '../support/browser-page.ts'
import { addressOf } from '../support/http-visitor.ts'
import { CHROME, DASHBOARD, dashboardRoutes, FIREFOX, signIn, withEverything } from './dashboard-app.ts'

/** How an operator sees the pages. */
interface View {
  readonly javaScriptEnabled: boolean
  readonly width: number
  readonly colorScheme: 'light' | 'dark'
}

const VIEWS: View[] = [
  { javaScriptEnabled: false, width: 390, colorScheme: 'light' },
  { javaScriptEnabled: true, width: 1400, colorScheme: 'dark' },
  { javaScriptEnabled: true, width: 390, colorScheme: 'dark' },
  { javaScriptEnabled: false, width: 1400, colorScheme: 'light' },
]

const CLIENTS = [
  { userAgent: FIREFOX, country: 'DE', ip: '203.0.113.7' },
  { userAgent: CHROME, country: 'FR', ip: '198.51.100.7' },
  { userAgent: 'curl/8.5.0', ip: '2001:db8:1::7' },
  { userAgent: '', country: 'US' },
]

/** Long names, which must break. */
const USERS = ['ada', 'bob@example.com', `${'w'.repeat(120)}@example.com`, 'eve']

describe('mission control in Chromium', () => {
  let app: FastifyInstance
  let empty: FastifyInstance
  let address: string
  let emptyAddress: string
  let browser: Browser
  const handles: string[] = []

  before(async () => {
    const options = { options: withEverything, routes: dashboardRoutes({ authorize: () => 'grace', reveal: true }) }
    app = await openApp('sqlite::memory:', options)
    empty = await openApp('sqlite::memory:', options)
    for (const [index, user] of [...USERS, ...USERS].entries()) {
      handles.push((await signIn(app, user, { ...CLIENTS[index % 4], data: { cart: ['tea'] } })).handle)
    }
    await app.storedSession.revoke({ handle: handles[1]!, actor: 'linus' })
    address = await addressOf(app)
    emptyAddress = await addressOf(empty)
    browser = await chromium.launch({ executablePath: await chromiumProgram(), args: chromiumFlags })
  })
  after(async () => {
    await browser?.close()
    await app?.close()
    await empty?.close()
  })

  /** An operator's window; `complaints` is what the browser had to say. */
  async function open({ width, ...view }: View, at = address): Promise<Window> {
    const context = await browser.newContext({ ...view, viewport: { width, height: 900 }, baseURL: at })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    return { page, context, complaints }
  }

  const pages = () => [
    ['overview', ''],
    ['sessions', '/sessions'],
    ['no-match', '/sessions?user=nobody&country=xx'],
    ['session', `/sessions/${handles[0]}`],
    ['ended-session', `/sessions/${handles[1]}`],
    ['end', `/sessions/${handles[0]}/end`],
    ['user', '/user?user=ada'],
    ['long-user', `/user?user=${USERS[2]}`],
    ['sign-out', '/user/sign-out?user=ada'],
    ['forget', '/user/forget?user=ada'],
    ['live', '/live'],
    ['survey', '/survey'],
    ['incident', '/incident'],
    ['housekeeping', '/housekeeping'],
  ]

  for (const view of VIEWS) {
    const { width, colorScheme, javaScriptEnabled } = view
    test(`every page fits ${width} px, ${colorScheme}, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
      const { page, context, complaints } = await open(view)
      for (const [name, path] of pages()) {
        await page.goto(DASHBOARD + path)
        assert.equal(await page.locator('h1').count(), 1, name)
        await assertFits(page, width)
        await keepPicture(page, `${name}-${width}-${colorScheme}`)
      }
      assert.deepEqual(complaints, [])
      await context.close()
    })
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`no page breaks a rule of axe: many sessions, none, and errors, ${colorScheme}`, async () => {
      const view = { javaScriptEnabled: true, width: 1000, colorScheme }
      const filled = await open(view)
      for (const [, path] of [...pages(), ['unknown', '/unknown'], ['no-session', '/sessions/none']]) {
        await filled.page.goto(DASHBOARD + path)
        await assertAccessible(filled.page)
      }
      await filled.page.goto(`${DASHBOARD}/sessions/${handles[0]}`)
      await filled.page.getByRole('button', { name: 'Look at its content' }).click()
      await filled.page.getByText('This look was recorded').waitFor()
      await assertAccessible(filled.page)
      await filled.context.close()
      const bare = await open({ ...view, width: 390 }, emptyAddress)
      for (const path of ['', '/sessions', '/user?user=ada', '/live', '/survey', '/incident', '/housekeeping']) {
        await bare.page.goto(DASHBOARD + path)
        await assertAccessible(bare.page)
      }
      await bare.context.close()
    })
  }

  for (const javaScriptEnabled of [true, false]) {
    test(`a user is found, looked at and signed out, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
      const user = `lea-${javaScriptEnabled}`
      const { handle } = await signIn(app, user, CLIENTS[0])
      await signIn(app, user, CLIENTS[1])
      const { page, context } = await open({ javaScriptEnabled, width: 1400, colorScheme: 'light' })
      await page.goto(`${DASHBOARD}/sessions`)
      await page.getByLabel('User').fill(user)
      await page.getByRole('button', { name: 'Find' }).click()
      await page.getByRole('link', { name: 'Firefox on Windows' }).click()
      await page.getByRole('link', { name: 'End this session…' }).click()
      await page.getByRole('button', { name: 'End the session' }).click()
      await page.getByText('The session has ended.').waitFor()
      assert.equal((await app.storedSession.store.inspect(handle))?.state, 'ended')
      await page.goto(`${DASHBOARD}/user?user=${user}`)
      await page.getByRole('link', { name: 'Sign out everywhere…' }).click()
      await page.getByRole('button', { name: 'Sign out everywhere' }).click()
      await page.getByText('1 session of this user ended.').waitFor()
      await context.close()
    })
  }

  test('is used with the keyboard alone, and shows where it is', async () => {
    const { page, context } = await open(VIEWS[3]!)
    await page.goto(`${DASHBOARD}/sessions`)
    const names: string[] = []
    for (let stop = 0; stop < 12; stop++) {
      await page.keyboard.press('Tab')
      const focused = page.locator(':focus-visible')
      assert.equal(await focused.count(), 1)
      names.push(
        await page.evaluate<string>('(document.activeElement.labels?.[0] ?? document.activeElement).textContent'),
      )
      const outline = await page.evaluate('parseFloat(getComputedStyle(document.activeElement).outlineWidth)')
      assert.ok((outline as number) >= 2, names.at(-1))
    }
    assert.equal(names[0], 'Skip to content')
    assert.ok(names.includes('Sessions') && names.includes('User'))
    await page.keyboard.press('Enter')
    await context.close()
  })

  test('fits at 200 % zoom', async () => {
    const { page, context } = await open({ ...VIEWS[3]!, width: 800 })
    for (const [, path] of pages()) {
      await page.goto(DASHBOARD + path)
      await page.evaluate('document.body.style.zoom = 2')
      await assertFits(page, 800)
    }
    await context.close()
  })

  test('cannot be shown in a frame of another site, nor used by a form of one', async () => {
    const { page, context } = await open(VIEWS[1]!)
    await page.goto(`${DASHBOARD}/sessions`)
    const other = address.replace('127.0.0.1', 'localhost')
    const { handle } = await signIn(app, 'tim')
    await page.route(`${other}/attack`, (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<iframe src="${address}${DASHBOARD}"></iframe><form method="post" action="${address}${DASHBOARD}/sessions/${handle}/end"><button>Win</button></form>`,
      }),
    )
    await page.goto(`${other}/attack`)
    assert.match(page.frames()[1]!.url(), /^chrome-error:/)
    const answer = page.waitForResponse((response) => response.url().endsWith('/end'))
    await page.getByRole('button', { name: 'Win' }).click()
    assert.equal((await answer).status(), 403)
    assert.equal((await app.storedSession.store.inspect(handle))?.state, 'live')
    await context.close()
  })

  test('says that the database is away, on every page', async () => {
    const broken = await openApp('sqlite::memory:', {
      options: withEverything,
      routes: dashboardRoutes({ authorize: () => 'grace' }),
    })
    const { page, context } = await open(VIEWS[1]!, await addressOf(broken))
    await broken.storedSession.store.close()
    for (const path of ['/sessions', '/user?user=ada', `/sessions/${handles[0]}`]) {
      const response = await page.goto(DASHBOARD + path)
      assert.equal(response?.status(), 503, path)
      await page.getByRole('heading', { name: 'The sessions cannot be read at the moment' }).waitFor()
      await assertAccessible(page)
    }
    await context.close()
    await broken.close()
  })
})

interface Window {
  readonly page: Page
  readonly context: BrowserContext
  readonly complaints: string[]
}
