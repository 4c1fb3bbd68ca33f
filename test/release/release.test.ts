import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { billOfMaterials } from './bill-of-materials.ts'
import { notesOf, released } from './changelog.ts'
import { refusedLicences } from './licences.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const CHANGELOG = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- a page\n\n## [1.0.0] - 2026-10-01\n\n- the first\n'

describe('the changelog', () => {
  test('gets the heading of the version, and a place for the next changes', () => {
    const text = released(CHANGELOG, '1.1.0', '2026-11-30')
    assert.equal(notesOf(text, 'Unreleased'), '')
    assert.equal(notesOf(text, '1.1.0'), '### Added\n\n- a page')
    assert.equal(notesOf(text, '1.0.0'), '- the first')
    assert.match(text, /^## \[1\.1\.0\] - 2026-11-30$/m)
  })

  test('releases neither nothing nor a version twice', () => {
    assert.throws(() => released(CHANGELOG, '1.0.0', '2026-11-30'), /has the version 1\.0\.0 already/)
    const text = released(CHANGELOG, '1.1.0', '2026-11-30')
    assert.throws(() => released(text, '1.2.0', '2026-12-01'), /has nothing below "## \[Unreleased\]"/)
    assert.throws(() => notesOf(text, '3.0.0'), /has no heading "## \[3\.0\.0\]"/)
  })

  test('of this package has a place for the next changes', () => {
    assert.doesNotThrow(() => notesOf(read('CHANGELOG.md'), 'Unreleased'))
  })
})

describe('the licences of dependencies', () => {
  test('are all allowed', () => {
    assert.deepEqual(refusedLicences(JSON.parse(read('package-lock.json')).packages), [])
  })

  test('are refused when they are unknown, or ask users for more than a notice', () => {
    const refused = refusedLicences({
      '': {},
      'node_modules/a': { version: '1.0.0', license: 'GPL-3.0-only' },
      'node_modules/b': { version: '1.0.0' },
      'node_modules/c': { version: '1.0.0', license: 'MIT AND GPL-3.0-only', dev: true },
      'node_modules/d': { version: '1.0.0', license: 'MPL-2.0' },
      'node_modules/x/node_modules/@scope/e': { version: '1.0.0', license: '(GPL-2.0 OR MIT)' },
      'node_modules/f': { version: '1.0.0', license: 'MPL-2.0', devOptional: true },
    })
    assert.deepEqual(refused, [
      'a 1.0.0: GPL-3.0-only (in the package)',
      'b 1.0.0: no licence (in the package)',
      'c 1.0.0: MIT AND GPL-3.0-only (development)',
      'd 1.0.0: MPL-2.0 (in the package)',
    ])
  })
})

test('the bill of materials has every dependency, those that others need, and no tool', async () => {
  const { metadata, components } = JSON.parse(await billOfMaterials()) as {
    metadata: { component: { name: string } }
    components: { name: string; version: string }[]
  }
  assert.equal(metadata.component.name, 'stored-session')
  const { dependencies, devDependencies } = JSON.parse(read('package.json'))
  const names = new Set(components.map(({ name }) => name))
  for (const name of [...Object.keys(dependencies), 'safe-stable-stringify']) assert.ok(names.has(name), name)
  for (const name of ['typescript', 'drizzle-kit', 'passport-local']) {
    assert.ok(devDependencies[name] && !names.has(name), name)
  }
})
