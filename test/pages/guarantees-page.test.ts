import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { hasTest } from '../support/named-tests.ts'

const page = readFileSync(new URL('../../docs/guarantees.md', import.meta.url), 'utf8')

const named = [...page.matchAll(/`(test\/[^`]+)`: “([^”]+)”/g)].map(([, file, name]) => ({ file: file!, name: name! }))

test('every test that the page of guarantees names is there under this name', () => {
  const missing = named.filter(({ file, name }) => !hasTest(file, name))
  assert.deepEqual(missing, [])
})

test('every guarantee names a test', () => {
  const guarantees = page.split(/^- (?=\*\*)/m).slice(1)
  assert.ok(guarantees.length >= 13)
  const without = guarantees.filter((guarantee) => !/^ {2}- `test\//m.test(guarantee))
  assert.deepEqual(without, [])
  assert.equal(named.length, page.match(/^ {2}- `test\//gm)?.length)
})
