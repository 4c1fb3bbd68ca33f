import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Fails if the page is wider than the window. */
export async function assertFits(page: Page, width: number): Promise<void> {
  assert.ok(
    Number(await page.evaluate('document.documentElement.scrollWidth')) <= width,
    'nothing is cut off at the side',
  )
}

/** Fails with what axe finds: rules that a page breaks, and the elements that break them. */
export async function assertAccessible(page: Page): Promise<void> {
  if (!(await page.evaluate('window.axe'))) await page.evaluate(AXE)
  const { violations } = await page.evaluate<Findings>("axe.run({ resultTypes: ['violations'] })")
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
  assert.deepEqual(found, [])
}

interface Findings {
  readonly violations: { readonly id: string; readonly nodes: { readonly html: string }[] }[]
}

/** Keeps a picture for the eye, in the folder that PICTURES names. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.PICTURES
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}
