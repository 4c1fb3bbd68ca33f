import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const page = readFileSync(new URL('../docs/guarantees.md', import.meta.url), 'utf8')

const named = [...page.matchAll(/`(test\/[^`]+)`: “([^”]+)”/g)].map(([, file, name]) => ({ file: file!, name: name! }))

test('every test that the page of guarantees names is there under this name', () => {
  const missing = named.filter(({ file, name }) => !namesIn(file).some((pattern) => pattern.test(name)))
  assert.deepEqual(missing, [])
})

test('every guarantee names a test', () => {
  const guarantees = page.split(/^- (?=\*\*)/m).slice(1)
  assert.ok(guarantees.length >= 13)
  const without = guarantees.filter((guarantee) => !/^ {2}- `test\//m.test(guarantee))
  assert.deepEqual(without, [])
  assert.equal(named.length, page.match(/^ {2}- `test\//gm)?.length)
})

/** What the tests of a file are called; what is filled in when they run may be anything. */
function namesIn(file: string): RegExp[] {
  const path = new URL(`../${file}`, import.meta.url)
  if (!existsSync(path)) return []
  const titles = readFileSync(path, 'utf8').matchAll(/\btest\(\s*(['`])((?:\\.|(?!\1).)+)\1/gs)
  return [...titles].map(
    ([, , title]) =>
      new RegExp(
        `^${title!
          .split(/\$\{[^}]*\}/)
          .map(escaped)
          .join('.+')}$`,
      ),
  )
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
