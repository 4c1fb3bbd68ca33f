import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { hasTest } from '../support/named-tests.ts'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/reliability.md', root), 'utf8')
const [, guaranteed] = /^## What is guaranteed$([\s\S]*?)^## /m.exec(page)!
const sections = guaranteed!.split(/^### /m).slice(1)
const named = [...page.matchAll(/^ {2}- `(test\/[^`]+)`: “([^”]+)”$/gm)].map(([, file, name]) => ({
  file: file!,
  name: name!,
}))

/** The rows of a table that a command has made, as cells. */
function rowsOf(name: string): string[][] {
  const [, table] = page.split(new RegExp(`<!-- (?:${name}: made by npm run faults|end of ${name}) -->`))
  const [, , ...rows] = table!.trim().split('\n')
  return rows.map((row) => row.slice(2, -2).split(' | '))
}

describe('the page about faults', () => {
  test('names a test for each of the nine promises', () => {
    assert.equal(sections.length, 9)
    const promises = sections.flatMap((section) => section.split(/^- (?=\*\*)/m).slice(1))
    assert.ok(promises.length >= 20)
    assert.deepEqual(
      promises.filter((promise) => !/^ {2}- `test\//m.test(promise)),
      [],
    )
    assert.equal(named.length, page.match(/^ {2}- `test\//gm)?.length)
  })

  test('names tests that are there', () => {
    const missing = named.filter(({ file, name }) => !hasTest(file, name))
    assert.deepEqual(missing, [])
  })

  test('holds figures of all faults on all databases, in which every operation was done or refused', () => {
    const rows = rowsOf('faults')
    assert.ok(rows.length >= 50)
    for (const [fault, , ...cells] of rows) {
      assert.match(cells.join(), /^((done|503), \d+,){5}\d+$/, fault)
    }
    const databases = new Set(rows.map(([, database]) => database!.split(' ')[0]))
    assert.deepEqual([...databases].toSorted(), ['MariaDB', 'MySQL', 'PostgreSQL', 'SQLite'])
  })

  test('holds figures of replies that were cut at every byte', () => {
    const rows = rowsOf('cut replies')
    assert.equal(rows.length, 3 * 7)
    for (const [, statement, bytes, cuts, refused, done] of rows) {
      assert.equal(cuts, bytes, statement)
      assert.equal(Number(refused) + Number(done), Number(cuts), statement)
    }
  })
})
