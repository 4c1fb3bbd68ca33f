import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { manual, readme, table } from './readme-text.ts'

const results = readFileSync(new URL('../../bench/results.md', import.meta.url), 'utf8')
const page = manual.get('docs/benchmarks.md')!
const stated = { page: table('store', page), readme: table('store', readme) }
const figure = (text: string | undefined) => Number(text!.replaceAll(',', ''))

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

/** What the benchmark measured of a store: its requests per second and ratios, and its statements. */
function measuredOf(store: string): { speeds: (string | undefined)[]; statements: string | undefined } {
  const [speed = [], costs = []] = rows.filter(([name]) => name === store)
  return { speeds: [speed[1], speed[4], speed[9], speed[10]], statements: costs[1] }
}

test('every figure of speed on the page about benchmarks is one that was measured, of the same store', () => {
  assert.ok(stated.page.length >= 10, `${stated.page.length} stores`)
  for (const [store, ...figures] of stated.page) {
    const { speeds, statements } = measuredOf(store!)
    assert.deepEqual(figures, [...speeds, statements], store)
  }
})

test('so is every figure of speed in the README', () => {
  assert.ok(stated.readme.length >= 8, `${stated.readme.length} stores`)
  for (const [store, ...figures] of stated.readme) assert.deepEqual(figures, measuredOf(store!).speeds, store)
})

test('the words beside the figures say what was measured', () => {
  const ours = rows.filter(([name]) => name!.startsWith('stored-session, ')).slice(0, 4)
  const [redis, memory] = ['connect-redis, ioredis', 'MemoryStore'].map((name) => figure(measuredOf(name).speeds[1]))
  assert.match(readme, /With 20% writing, MemoryStore and Redis are faster than stored-session on any\s+database/)
  for (const [name, , , , writing] of ours) assert.ok(Math.min(redis!, memory!) > figure(writing), name)

  assert.match(manual.get('docs/alternatives.md')!, /With 20% writes it serves about 50% more requests/)
  const servers = ours.filter(([name]) => !name!.endsWith('SQLite')).map(([, , , , writing]) => figure(writing))
  const mean = servers.reduce((sum, speed) => sum + redis! / speed, 0) / servers.length
  assert.equal(Math.round(mean * 10), 15, `${mean} times`)
})

test('the results name a commit, without changes of their own, and the README the command that makes them', () => {
  assert.match(results, /\n- commit [0-9a-f]{7,}\n/)
  assert.ok(readme.includes('`npm run bench`'), 'the command')
  assert.ok(page.includes('\nnpm run bench '), 'the command')
})
