import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { getTableColumns } from 'drizzle-orm'
import type { EndReason } from '../../src/database/contract/session-row.ts'
import { storedSessionsTable } from '../../src/schema/pg.ts'

const docs = new URL('../../docs/', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, docs), 'utf8')
const page = read('how-it-works.md')
const drawn = readdirSync(new URL('pictures/', docs)).filter((name) => name.endsWith('.svg'))
/** As the compiler knows them. */
const REASONS: Record<EndReason, true> = {
  idle: true,
  absolute: true,
  revoked: true,
  destroyed: true,
  evicted: true,
  reused: true,
  rotated: true,
  unproven: true,
  unreadable: true,
  unknown: true,
}
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!)

describe('the pictures of docs/how-it-works.md', () => {
  test('are all shown, each with a description', () => {
    const shown = [...page.matchAll(/!\[([^\]]{80,})\]\(pictures\/([\w-]+\.svg)\)/g)].map(([, , name]) => name!)
    assert.deepEqual(shown.toSorted(), drawn.toSorted())
    assert.equal(drawn.length, 3)
  })

  for (const name of drawn) {
    test(`${name} has a title, a description and dark colours, and loads nothing`, () => {
      const svg = read(`pictures/${name}`)
      assert.match(svg, /<title id="title">[^<]+<\/title>\n {2}<desc id="desc">[^<]{80,}<\/desc>/)
      assert.match(svg, /aria-labelledby="title desc"/)
      const [, light] = /svg \{ font[^}]*?;((?: --\w+: #\w+;)+) \}/.exec(svg)!
      const [, dark] = /prefers-color-scheme: dark\) \{\s+svg \{((?: --\w+: #\w+;)+) \}/.exec(svg)!
      const namesOf = (colours: string) => [...colours.matchAll(/--(\w+):/g)].map(([, colour]) => colour)
      assert.deepEqual(namesOf(dark!), namesOf(light!))
      const used = new Set([...svg.matchAll(/var\(--(\w+)\)/g)].map(([, colour]) => colour))
      assert.deepEqual([...used].toSorted(), namesOf(light!).toSorted())
      assert.doesNotMatch(svg, /<script|href=|url\((?!#)|@import/)
    })
  }

  test('the row has every column of the table', () => {
    const columns = Object.values(getTableColumns(storedSessionsTable('sessions'))).map(({ name }) => name)
    const svg = read('pictures/session-row.svg')
    const named = [...svg.matchAll(/<text class="code"[^>]*>([^<]+)</g)].flatMap(([, names]) => names!.split(', '))
    assert.deepEqual(named.toSorted(), columns.toSorted())
  })

  test('the states name reasons for which sessions expire and end', () => {
    const texts = textsOf(read('pictures/session-states.svg'))
    const lists = texts.filter((text) => /^(idle|destroyed), /.test(text))
    assert.deepEqual(lists.length, 2)
    for (const reason of lists.flatMap((list) => list.split(', '))) assert.ok(reason in REASONS, reason)
  })
})

for (const name of [
  'how-it-works',
  'decisions',
  'beside',
  'sign-in',
  'remember-me',
  'rotating-keys',
  'serverless',
  'start',
]) {
  test(`the links of docs/${name}.md lead to pages and headings that exist`, () => {
    const links = [...read(`${name}.md`).matchAll(/\]\((?!https?:)([\w./-]*)(?:#([\w-]+))?\)/g)]
    assert.ok(links.length > 2)
    for (const [, path, heading] of links) {
      const target = path || `${name}.md`
      assert.ok(existsSync(new URL(target, docs)), target)
      if (heading) assert.ok(headingsOf(read(target)).includes(heading), `${target}#${heading}`)
    }
  })
}

/** The headings of a page as links name them. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}
