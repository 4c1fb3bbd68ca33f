import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { apiReference } from '../../docs/.vitepress/api-reference.ts'
import { pages } from '../../docs/.vitepress/pages.ts'

/** Pages that people read in the repository. */
const OF_THE_REPOSITORY = ['architecture.md']

test('every page of docs/ has its place on the site, once', () => {
  const files = readdirSync(new URL('../../docs', import.meta.url)).filter((name) => name.endsWith('.md'))
  const links = pages.flatMap(({ items }) => items.map(({ link }) => `${link.slice(1)}.md`))
  assert.deepEqual(links.toSorted(), files.filter((name) => !OF_THE_REPOSITORY.includes(name)).sort())
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
