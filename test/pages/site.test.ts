import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { pages } from '../../docs/.vitepress/pages.ts'

/** Pages that people read in the repository. */
const OF_THE_REPOSITORY = ['architecture.md']

test('every page of docs/ has its place on the site, once', () => {
  const files = readdirSync(new URL('../../docs', import.meta.url)).filter((name) => name.endsWith('.md'))
  const links = pages.flatMap(({ items }) => items.map(({ link }) => `${link.slice(1)}.md`))
  assert.deepEqual(links.toSorted(), files.filter((name) => !OF_THE_REPOSITORY.includes(name)).sort())
})
