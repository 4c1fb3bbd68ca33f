import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { gauges } from '../../src/telemetry/gauges.ts'
import { type Metric, metrics, prometheusName } from '../../src/telemetry/metrics.ts'

interface Panel {
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number }
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
}

const dashboard = JSON.parse(readFileSync(new URL('../../docs/grafana-dashboard.json', import.meta.url), 'utf8')) as {
  panels: Panel[]
}
const targets = dashboard.panels.flatMap((panel) => panel.targets ?? [])
const byName = new Map<string, Metric>(
  Object.values({ ...metrics, ...gauges }).map((metric) => [prometheusName(metric), metric]),
)

const seriesIn = (expr: string) => [...expr.matchAll(/\bstored_session_\w+/g)].map(([name]) => name)

/** The metric of a series: those of histograms have an ending. */
function metricOf(series: string): string {
  return byName.has(series) ? series : series.replace(/_(bucket|sum|count)$/, '')
}

describe('the dashboard', () => {
  test('shows every metric that is exported, and no other', () => {
    const shown = new Set(targets.flatMap(({ expr }) => seriesIn(expr).map(metricOf)))
    assert.deepEqual([...shown].toSorted(), [...byName.keys()].toSorted())
  })

  test('asks for the series that each metric has', () => {
    for (const series of targets.flatMap(({ expr }) => seriesIn(expr))) {
      const isHistogram = byName.get(metricOf(series))?.kind === 'histogram'
      assert.equal(!byName.has(series), isHistogram, series)
    }
  })

  test('tells series apart by labels that they have', () => {
    for (const { expr, legendFormat } of targets) {
      const known = ['table', 'le', ...seriesIn(expr).flatMap((series) => [...byName.get(metricOf(series))!.labels])]
      const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!)
      const selected = [...expr.matchAll(/(\w+)=~?"/g)].map(([, label]) => label!)
      const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, labels]) => labels!.split(', '))
      assert.deepEqual(
        [...shown, ...selected, ...grouped].filter((label) => !known.includes(label)),
        [],
        expr,
      )
      assert.deepEqual(
        shown.filter((label) => !grouped.includes(label)),
        [],
        legendFormat,
      )
    }
  })

  test('has panels with titles that do not lie on one another', () => {
    const taken = new Set<string>()
    for (const { title, gridPos } of dashboard.panels) {
      assert.ok(title && gridPos.x + gridPos.w <= 24, title)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.ok(!taken.has(`${x}:${y}`), title)
          taken.add(`${x}:${y}`)
        }
      }
    }
  })
})
