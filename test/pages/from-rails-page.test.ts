import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { hasTest, titlesIn } from '../support/named-tests.ts'

const page = readFileSync(new URL('../../docs/from-rails.md', import.meta.url), 'utf8')

/** The tests that a section names: in the file that a row gives, else in that of the section. */
function testsOf(section: string): { row: string; file: string; name: string }[] {
  const [, ownFile = ''] = /The tests are in `(test\/[\w./-]+)`/.exec(section) ?? []
  return rowsOf(section).map((row) => {
    const [, file = ownFile, name = ''] = /\| (?:`(test\/[\w./-]+)`: )?“([^”]+)” \|$/.exec(row) ?? []
    return { row, file, name }
  })
}

function rowsOf(section: string): string[] {
  return section.split('\n').filter((line) => line.startsWith('| ') && !/^\| (there|---) \|/.test(line))
}

const sections = page.split(/^## /m).slice(1)
const tests = sections.flatMap(testsOf)

describe('the page for people who come from Rails', () => {
  test('has rows of all three gems', () => {
    const counts = sections.map((section) => rowsOf(section).length)
    assert.deepEqual(
      ['limited_sessions', 'activerecord-session_store', 'stored_session'],
      sections.slice(0, 3).map((section) => section.split('\n')[0]),
    )
    assert.ok(counts[0]! >= 18 && counts[1]! >= 16 && counts[2]! >= 6, String(counts))
  })

  test('names a test for every row, and each is there under this name', () => {
    const missing = tests.filter(({ file, name }) => !hasTest(file, name))
    assert.deepEqual(missing, [])
  })

  for (const file of ['test/importing/from-rails-limits.test.ts', 'test/importing/from-rails-store.test.ts']) {
    test(`names every test of ${file}`, () => {
      const named = tests.filter((each) => each.file === file).map(({ name }) => name)
      assert.deepEqual(titlesIn(file).toSorted(), named.toSorted())
    })
  }

  test('links to what is there', () => {
    const links = [...page.matchAll(/\]\((?!https:)([^)#]+)(?:#([^)]+))?\)/g)]
    assert.ok(links.length >= 2)
    for (const [, path, heading] of links) {
      const file = new URL(`../../docs/${path}`, import.meta.url)
      assert.ok(existsSync(file), path)
      if (heading)
        assert.match(readFileSync(file, 'utf8').toLowerCase(), new RegExp(`^#+ ${heading.replaceAll('-', ' ')}$`, 'm'))
    }
  })
})
