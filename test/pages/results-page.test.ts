import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readme, table } from './readme-text.ts'

const results = readFileSync(new URL('../../bench/results.md', import.meta.url), 'utf8')

/** The cells of every row of the results, by their first. */
const rows = results
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim()),
  )

test('every figure of speed in the README is one that the benchmark measured, of the same store', () => {
  const stated = table('store')
  assert.ok(stated.length >= 10, `${stated.length} stores`)
  for (const [store, ...figures] of stated) {
    const measured = rows.filter(([name]) => name === store)
    const [speed, costs] = [measured[0] ?? [], measured[1] ?? []]
    const [reading, writing, timesMemory, timesMemoryWriting, statements] = figures
    assert.deepEqual(
      [reading, writing, timesMemory, timesMemoryWriting],
      [speed[1], speed[4], speed[9], speed[10]],
      store,
    )
    assert.equal(statements, costs[1], store)
  }
})

test('the results name a commit, without changes of their own, and the README the command that makes them', () => {
  assert.match(results, /\n- commit [0-9a-f]{7,}\n/)
  assert.ok(readme.includes('`npm run bench`'), 'the command')
})
