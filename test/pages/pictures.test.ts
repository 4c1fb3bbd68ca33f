import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const root = new URL('../../', import.meta.url)
const readme = readFileSync(new URL('README.md', root), 'utf8')
const MOST_BYTES = 120_000

test('the README shows every picture, light and dark, with a description, and each is small', () => {
  const shown = [...readme.matchAll(/(?:srcset|src)="(docs\/pictures\/[^"]+)"/g)].map(([, path]) => path!)
  const kept = readdirSync(new URL('docs/pictures/', root))
    .filter((name) => name.endsWith('.webp'))
    .map((name) => `docs/pictures/${name}`)
  assert.deepEqual(shown.toSorted(), kept.toSorted())
  assert.ok(kept.length >= 6)
  for (const path of kept) {
    const picture = readFileSync(new URL(path, root))
    assert.equal(picture.toString('latin1', 8, 12), 'WEBP', path)
    assert.ok(picture.length < MOST_BYTES, `${path}: ${picture.length} bytes; run npm run pictures`)
    assert.ok(kept.includes(path.includes('-dark') ? path.replace('-dark', '-light') : path.replace('-light', '-dark')))
  }
  for (const [image] of readme.matchAll(/<img src="docs\/pictures[^>]+>/g)) assert.match(image, / alt="[^"]{30,}">$/)
})
