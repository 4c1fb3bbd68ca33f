import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/security.md', root), 'utf8')
const promises = [...page.matchAll(/^\| (C\d+) \| .* \| `(test\/[\w./-]+)`: (.+) \|$/gm)].map(
  ([, number, file, name]) => ({
    number,
    file: file!,
    name: name!,
  }),
)

describe('the page about security', () => {
  test('names a test for each of the twelve promises', () => {
    const numbers = Array.from({ length: 12 }, (_, index) => `C${index + 1}`)
    assert.deepEqual([...new Set(promises.map(({ number }) => number))], numbers)
  })

  for (const { number, file, name } of promises) {
    test(`names a test that is there for ${number}: ${name}`, () => {
      const text = readFileSync(new URL(file, root), 'utf8')
      const titles = [...text.matchAll(/\btest\(\s*(['`])(.+?)\1/g)].map(([, , title]) => title!)
      assert.ok(titles.some((title) => title === name || title.endsWith(`} ${name}`)))
    })
  }

  test('links to files that are there', () => {
    const links = [...page.matchAll(/\]\(\.\.\/([^)#]+)\)/g)].map(([, path]) => path!)
    assert.ok(links.length >= 3)
    for (const path of links) assert.ok(existsSync(new URL(path, root)), path)
  })

  test('holds figures of an attack in which nothing opened', () => {
    const [, figures] = /<!-- attacks: made by npm run attacks -->([\s\S]*)<!-- end of attacks -->/.exec(page) ?? []
    const rows = [...figures!.matchAll(/^\| ([^|]+) \| ([\d,]+) \| (\d+) \|$/gm)]
    const counts = new Map(rows.map(([, what, count]) => [what!, Number(count!.replaceAll(',', ''))]))
    assert.ok(counts.get('payloads in all')! >= 5_000_000)
    assert.ok(counts.get('malformed cookies')! >= 100_000)
    for (const [line, , , faults] of rows) assert.equal(faults, '0', line)
  })

  test('holds figures of sealing that meet their target', () => {
    const [, figures] =
      /<!-- sealing: made by npm run bench:sealing -->([\s\S]*)<!-- end of sealing -->/.exec(page) ?? []
    const rows = [
      ...figures!.matchAll(/^\| (250 B|1 KB|16 KB) \| [^|]+ \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$/gm),
    ]
    assert.equal(rows.length, 9)
    const [, ...ours] = rows.find(([line]) => line.startsWith('| 1 KB | **stored-session** |'))!
    const target = new RegExp(`To seal and open 1 KB: at most 60 µs; ${ours[3]} µs, met\\.`)
    assert.match(figures!, target)
    assert.ok(Number(ours[3]) <= 60)
  })
})
