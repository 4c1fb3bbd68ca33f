import assert from 'node:assert/strict'
import { test } from 'node:test'
import { barChart } from '../../../src/dashboard/overview/bar-chart.ts'
import { sampleOf, scaled } from '../../../src/dashboard/overview/ends.ts'

const hours = [0, 1, 2].map((hour) => Date.UTC(2026, 10, 30, hour))
const chartOf = (...series: number[][]) =>
  barChart({
    id: 'c',
    title: 'Ends <b>',
    hours,
    series: series.map((values, index) => ({ name: `<i>${index}`, colour: index + 1, values })),
  }).toString()

const heightsOf = (chart: string, colour: number) =>
  [
    ...chart.matchAll(
      new RegExp(`<rect class="bar-${colour}" x="\\d+" y="([\\d.]+)" width="8" height="([\\d.]+)"`, 'g'),
    ),
  ].map(([, y, height]) => [Number(y), Number(height)])

test('a chart stacks the values of each hour below a round maximum', () => {
  const chart = chartOf([3, 0, 1], [4, 2, 0])
  assert.match(chart, /<div class="scale" aria-hidden="true"><span>8<\/span><span>4<\/span><span>0<\/span>/)
  assert.deepEqual(heightsOf(chart, 1), [
    [62.5, 37.5],
    [87.5, 12.5],
  ])
  assert.deepEqual(heightsOf(chart, 2), [
    [12.5, 50],
    [75, 25],
  ])
})

test('a chart says its numbers to those who do not see it, and escapes them', () => {
  const chart = chartOf([3, 0, 1_200], [4, 2, 0])
  assert.match(chart, /<title id="c-title">Ends &lt;b&gt; by hour: 1,209 in 3 hours, at most 1,200 in one</)
  assert.match(chart, /<td class="number">1,200<\/td><td class="number">0<\/td>/)
  assert.ok(!/<b>|<i>/.test(chart))
  assert.ok(!/style=/.test(chart), 'the policy of the page allows no style of an element')
})

test('a chart without a value is a sentence', () => {
  assert.equal(chartOf([0, 0, 0]), '<p class="empty">None in the last 3 hours.</p>')
})

test('an estimate from a sample has the sum of all ends', () => {
  const sample = sampleOf(['destroyed', 'idle', 'absolute', 'idle', 'revoked', undefined, 'reused'])
  assert.deepEqual(sample, { size: 7, groups: { 'Signed out or replaced': 1, Expired: 3, Revoked: 1, Other: 2 } })
  for (const ended of [7, 10, 501, 12_345]) {
    const all = scaled(sample, ended)
    assert.equal(
      Object.values(all).reduce((sum, one) => sum + one),
      ended,
    )
    assert.ok(Math.abs(all.Expired! - (3 / 7) * ended) <= 3)
  }
  assert.deepEqual(scaled(sampleOf([]), 5), {})
})
