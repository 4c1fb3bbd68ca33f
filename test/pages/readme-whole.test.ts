import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { pages } from '../../docs/.vitepress/pages.ts'
import { pageText, readme, table } from './readme-text.ts'

const MOST_LINES = 200
const home = pageText('docs/index.md')
const raced = table('store', pageText('docs/guarantees.md'))

/** A part of a page, from its heading to the next, with links as the site has them. */
function part(text: string, heading: string): string {
  const [, rest] = text.split(`\n## ${heading}\n`)
  assert.ok(rest, heading)
  return rest.split('\n## ')[0]!.replaceAll('](docs/', '](').trim()
}

/** The first paragraph below the title. */
const introduction = (text: string) => text.split('\n\n')[1]!
const program = (text: string) => /^```js\n([\s\S]*?)^```$/m.exec(text)![1]!

describe('the README', () => {
  test('can be read in one go', () => {
    const lines = readme.trimEnd().split('\n').length
    assert.ok(lines <= MOST_LINES, `${lines} lines; move a part to a page in docs/`)
  })

  test('leads to every page of the site', () => {
    const links = pages.flatMap(({ items }) => items.map(({ link }) => link)).filter((link) => /^\/[\w-]+$/.test(link))
    assert.ok(links.length > 25)
    const missing = links.filter(
      (link) => !readme.includes(`](docs${link}.md)`) && !readme.includes(`](docs${link}.md#`),
    )
    assert.deepEqual(missing, [], 'link them below "Read on"')
  })

  test('says what the first page of the site says', () => {
    assert.equal(introduction(home), introduction(readme))
    assert.equal(program(home), program(readme))
    const guarantees = 'Know what it guarantees'
    assert.equal(part(home, guarantees), part(readme, guarantees))
  })

  test('compares the stores that were raced by what the races counted', () => {
    const compared = table('alternative', readme)
    for (const [name, , alive, lost] of compared) {
      const store = name!.replaceAll('*', '')
      const races = raced.filter(([other]) => other!.replaceAll('*', '').startsWith(store))
      for (const [, signOut, , , , change] of races) assert.deepEqual([alive, lost], [signOut, change], store)
      if (races.length === 0) assert.doesNotMatch(`${alive} ${lost}`, /\d/, store)
    }
    const counted = compared.filter(([, , alive]) => /^\d+ of \d+$/.test(alive!))
    assert.equal(counted.length, 4)
  })
})
