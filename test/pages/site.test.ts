import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { linksOf, pages } from '../../docs/.vitepress/pages.ts'

/** Pages that people read in the repository. */
const OF_THE_REPOSITORY = ['architecture.md']

/** Folders of docs/ without pages of ours. */
const WITHOUT_PAGES = ['node_modules', '.vitepress', 'pictures']

/** The pages in a folder of docs/, by their paths. */
function pagesIn(folder = ''): string[] {
  const entries = readdirSync(new URL(`../../docs/${folder}`, import.meta.url), { withFileTypes: true })
  return entries
    .filter(({ name }) => !WITHOUT_PAGES.includes(name))
    .flatMap((entry) => (entry.isDirectory() ? pagesIn(`${folder}${entry.name}/`) : folder + entry.name))
    .filter((path) => path.endsWith('.md'))
}

test('every page of docs/ has its place on the site, once', () => {
  const links = pages.flatMap(({ items }) => linksOf(items))
  const files = links.map((link) => `${link.slice(1)}${link.endsWith('/') ? 'index' : ''}.md`)
  assert.deepEqual(
    files.toSorted(),
    pagesIn()
      .filter((path) => !OF_THE_REPOSITORY.includes(path))
      .sort(),
  )
})
