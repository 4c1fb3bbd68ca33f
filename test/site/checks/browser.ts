import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { assertAccessible, assertFits, keepPicture } from '../../support/browser-page.ts'
import { openSite, type SiteWindow, show, VIEWS, type View, visit } from '../site-browser.ts'
import { sitePages } from '../site-folder.ts'

const UNKNOWN = '/no-such-page.html'

describe('the built site in Chromium', () => {
  let window: SiteWindow
  before(async () => {
    window = await openSite()
  })
  after(() => window?.close())

  async function assertSound(name: string, views: View[] = VIEWS): Promise<void> {
    for (const view of views) {
      await show(window, view)
      await assertFits(window.page, view.width)
      await assertAccessible(window.page)
      await keepPicture(window.page, `${name}-${view.width}-${view.colorScheme}`)
    }
  }

  for (const name of sitePages()) {
    test(`${name} fits and breaks no rule of axe, at every width and in every colour scheme`, async () => {
      await visit(window, `/${name}`)
      await assertSound(name)
      assert.deepEqual(window.complaints.splice(0), [])
    })
  }

  test('an address that does not exist leads to a page that says so', async () => {
    const { page, complaints } = window
    await visit(window, UNKNOWN)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await assertSound('not-found')
    assert.deepEqual(complaints.splice(0), [
      'Failed to load resource: the server responded with a status of 404 (Not Found)',
    ])
  })

  test('the menus of a narrow window fit and break no rule of axe', async () => {
    const { page, complaints } = window
    const narrow = VIEWS.filter(({ width }) => width < 500)
    for (const [button, link] of [
      ['mobile navigation', 'Reference'],
      ['Menu', 'Scale'],
    ]) {
      await visit(window, '/cli.html')
      await show(window, narrow[0]!)
      await page.getByRole('button', { name: button! }).click()
      await page.getByRole('link', { name: link!, exact: true }).first().waitFor()
      await assertSound(`open-${button}`, narrow)
    }
    assert.deepEqual(complaints.splice(0), [])
  })

  test('the navigation marks the page that is open, and its part', async () => {
    for (const [path, part, title] of [
      ['/', 'Start', 'What it is'],
      ['/cli.html', 'Reference', 'Command line'],
    ]) {
      await visit(window, path!)
      await show(window, VIEWS.at(-1)!)
      assert.deepEqual(await window.page.locator('.VPNavBarMenuLink.active').allTextContents(), [part])
      const active = window.page.locator('.VPSidebarItem.level-1.is-active')
      assert.deepEqual(
        (await active.allTextContents()).map((text) => text.trim()),
        [title],
      )
    }
  })

  test('pictures are those of the colour scheme', async () => {
    await visit(window, '/')
    for (const view of VIEWS) {
      await show(window, view)
      const images = await window.page.locator('.vp-doc img:visible').all()
      const sources = await Promise.all(images.map((image) => image.getAttribute('src')))
      assert.ok(sources.length > 0)
      for (const source of sources) assert.match(source ?? '', new RegExp(`-${view.colorScheme}\\.`))
    }
  })
})
