import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { assertAccessible, assertFits, keepPicture } from '../../support/browser-page.ts'
import { openSite, type SiteWindow, show, VIEWS, visit } from '../site-browser.ts'

/** An option, the code of an error, and a command. */
const WORDS = ['rotateEvery', 'FST_STORED_SESSION_UNAVAILABLE', 'reencrypt']

describe('the search of the built site', () => {
  let window: SiteWindow
  before(async () => {
    window = await openSite()
  })
  after(() => window?.close())

  async function search(word: string) {
    const { page } = window
    await visit(window, '/')
    // The box begins with the word of the last search, and its results.
    await page.evaluate('sessionStorage.clear()')
    await page.keyboard.press('Control+k')
    await page.getByRole('searchbox').fill(word)
    await page.getByRole('option').first().waitFor()
  }

  for (const word of WORDS) {
    test(`finds a page that has ${word}, without a network`, async () => {
      const { page, complaints } = window
      await search(word)
      await page.keyboard.press('Enter')
      await page.getByRole('searchbox').waitFor({ state: 'detached' })
      await page.locator('.vp-doc').getByText(word).first().waitFor()
      assert.notEqual(new URL(page.url()).pathname, '/')
      assert.deepEqual(complaints.splice(0), [])
    })
  }

  test('finds nothing for a word that no page has', async () => {
    await visit(window, '/')
    await window.page.keyboard.press('Control+k')
    await window.page.getByRole('searchbox').fill('xyzzyplugh')
    await window.page.getByText('No results for').waitFor()
    assert.equal(await window.page.getByRole('option').count(), 0)
  })

  test('shows results that fit and break no rule of axe, at every width and in every colour scheme', async () => {
    await search(WORDS[0]!)
    for (const view of VIEWS) {
      await show(window, view)
      await assertFits(window.page, view.width)
      await assertAccessible(window.page)
      await keepPicture(window.page, `search-${view.width}-${view.colorScheme}`)
    }
    assert.deepEqual(window.complaints.splice(0), [])
  })
})
