import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { type Desk, deskOf } from '../../../src/cli/dashboard/desk.ts'
import type { Entrance } from '../../../src/cli/dashboard/entrance.ts'
import { originOf } from '../../../src/cli/dashboard/listening.ts'
import { OneTimeAddress } from '../../../src/cli/dashboard/one-time-address.ts'
import { PasswordEntrance } from '../../../src/cli/dashboard/password-entrance.ts'
import { StoredSessionStore } from '../../../src/index.ts'
import { chromiumFlags, chromiumProgram } from '../../examples/example-chromium.ts'
import { assertAccessible, assertFits, keepPicture } from '../../support/browser-page.ts'
import { newSession, save } from '../../support/sessions.ts'
import { newId, secret } from '../../support/stores.ts'
import { userIdOf } from '../../support/user-id.ts'

const HOUR = 3_600_000
const PASSWORD = 'correct horse battery'

const VIEWS = [
  { javaScriptEnabled: false, width: 1400, colorScheme: 'light' },
  { javaScriptEnabled: true, width: 390, colorScheme: 'dark' },
  { javaScriptEnabled: true, width: 1400, colorScheme: 'light' },
] as const

type View = (typeof VIEWS)[number]

describe('the dashboard of the command line in Chromium', () => {
  let store: StoredSessionStore
  let browser: Browser
  const desks: Desk[] = []

  before(async () => {
    store = new StoredSessionStore({ database: 'sqlite::memory:', secret, migrate: true, trim: false, user: userIdOf })
    for (const userId of ['ada', 'grace']) await save(store, newId(), newSession({ userId }))
    browser = await chromium.launch({ executablePath: await chromiumProgram(), args: chromiumFlags })
  })
  after(async () => {
    await browser?.close()
    await Promise.all(desks.map(({ app }) => app.close()))
    await store.close()
  })

  /** The address of a new desk. */
  async function served(entrance: Entrance): Promise<string> {
    const desk = deskOf({ store, entrance, actor: 'ada', idleMs: HOUR, onError: (error) => assert.ifError(error) })
    desks.push(desk)
    return (await originOf(desk.app, '127.0.0.1', 0)) + entrance.start
  }

  async function newPage(options: BrowserContextOptions): Promise<Page> {
    return (await browser.newContext(options)).newPage()
  }

  for (const view of VIEWS) {
    const { width, colorScheme, javaScriptEnabled } = view
    const name = `${width} px, ${colorScheme}, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`
    const options = { javaScriptEnabled, colorScheme, viewport: { width, height: 900 } }

    test(`the one-time address leads to the pages, and not another browser: ${name}`, async () => {
      const url = await served(new OneTimeAddress())
      const page = await newPage(options)
      await page.goto(url)
      assert.equal(page.url(), `${new URL(url).origin}/`)
      await page.getByRole('link', { name: 'Sessions', exact: true }).click()
      await page.getByRole('link', { name: 'grace' }).waitFor()
      assert.equal((await page.goBack())?.url(), `${new URL(url).origin}/`, 'the history of the browser has no key')

      const other = await newPage(options)
      await other.goto(url)
      await other.getByRole('heading', { name: 'This address was already used' }).waitFor()
      await inspect(other, 'used', view)
      await other.goto(new URL('/sessions', url).href)
      await other.getByRole('heading', { name: 'This browser has not entered' }).waitFor()
      await inspect(other, 'closed', view)
    })

    test(`a link from another site works in two steps, because the cookie stays away at first: ${name}`, async () => {
      const url = await served(new OneTimeAddress())
      const page = await newPage(options)
      await page.route('http://elsewhere.example/**', (route) =>
        route.fulfill({ contentType: 'text/html', body: `<a href="${url}">mission control</a>` }),
      )
      await page.goto('http://elsewhere.example/')
      await page.getByRole('link').click()
      await page.getByRole('heading', { name: 'This browser has not entered' }).waitFor()
      await page.getByRole('link', { name: 'To the overview' }).click()
      await page.getByRole('heading', { name: 'Overview' }).waitFor()
    })

    test(`the password is asked for, with the keyboard alone, and a wrong one is said: ${name}`, async () => {
      const page = await newPage(options)
      await page.goto(await served(new PasswordEntrance(PASSWORD, HOUR)))
      await inspect(page, 'sign-in', view)
      assert.equal(await page.evaluate('document.activeElement.id'), 'password')
      await page.keyboard.type('wrong')
      await page.keyboard.press('Enter')
      await page.getByRole('alert').waitFor()
      await inspect(page, 'sign-in-wrong', view)
      await page.getByLabel('Password').fill(PASSWORD)
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Overview' }).waitFor()
      await page.goto(new URL('/sessions', page.url()).href)
      await page.getByRole('link', { name: 'ada' }).waitFor()
    })
  }
})

/** Looks at a page as all pages are looked at; axe needs JavaScript. */
async function inspect(page: Page, name: string, { width, javaScriptEnabled }: View): Promise<void> {
  await keepPicture(page, `desk-${name}-${width}`)
  await assertFits(page, width)
  if (javaScriptEnabled) await assertAccessible(page)
}
