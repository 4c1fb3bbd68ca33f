import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { apiReference } from '../../docs/.vitepress/api-reference.ts'
import { isOutside } from '../../docs/.vitepress/outside.ts'
import { linksOf, pages } from '../../docs/.vitepress/pages.ts'

/** Pages that people read in the repository. */
const OF_THE_REPOSITORY = ['architecture.md']

/** Folders of docs/ without pages of ours. */
const WITHOUT_PAGES = ['node_modules', '.vitepress', 'pictures', 'api']

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

test('links between pages stay links on the site, in folders too, and those to other files do not', () => {
  for (const [page, href] of [
    ['doctor.md', 'errors/index.md'],
    ['errors/unreachable.md', '../doctor.md'],
    ['errors/unreachable.md', 'unavailable.md#fix-it'],
    ['errors/unreachable.md', '#fix-it'],
  ] as const)
    assert.ok(!isOutside(href, page), `${page}: ${href}`)
  for (const [page, href] of [
    ['doctor.md', '../README.md'],
    ['doctor.md', 'architecture.md'],
    ['errors/unreachable.md', '../../src/errors.ts'],
    ['errors/unreachable.md', '../architecture.md'],
  ] as const)
    assert.ok(isOutside(href, page), `${page}: ${href}`)
})

test('every page of the generated reference has its place on the site', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reference-'))
  try {
    mkdirSync(join(folder, 'stored-session/schema'), { recursive: true })
    for (const page of ['index', 'stored-session', 'stored-session/schema/pg'])
      writeFileSync(join(folder, `${page}.md`), '')
    const { link, items } = apiReference(folder)
    assert.equal(link, '/api/')
    assert.deepEqual(items, [
      { text: 'stored-session', link: '/api/stored-session' },
      { text: 'stored-session/schema/pg', link: '/api/stored-session/schema/pg' },
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
