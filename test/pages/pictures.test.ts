import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const texts = ['README.md', 'docs/dashboard.md'].map(read)
const MOST_BYTES = 120_000

test('the README and the page of mission control show every picture, light and dark, described and small', () => {
  const shown = texts.flatMap((text) => [...text.matchAll(/(?:srcset|src)="[^"]*(pictures\/[^"]+)"/g)])
  const kept = readdirSync(new URL('docs/pictures/', root))
    .filter((name) => name.endsWith('.webp'))
    .map((name) => `docs/pictures/${name}`)
  assert.deepEqual(shown.map(([, path]) => `docs/${path}`).toSorted(), kept.toSorted())
  assert.ok(kept.length >= 6)
  for (const path of kept) {
    const picture = readFileSync(new URL(path, root))
    assert.equal(picture.toString('latin1', 8, 12), 'WEBP', path)
    assert.ok(picture.length < MOST_BYTES, `${path}: ${picture.length} bytes; run npm run pictures`)
    assert.ok(kept.includes(path.includes('-dark') ? path.replace('-dark', '-light') : path.replace('-light', '-dark')))
  }
  const images = texts.flatMap((text) => [...text.matchAll(/<img src="[^"]*pictures[^>]+>/g)])
  assert.ok(images.length >= 3)
  for (const [image] of images) assert.match(image, / alt="[^"]{30,}">$/)
})
