/** The part of bench/capacity.md that comes from the model, and from what was measured for it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { assumptionList } from './assumption-list.ts'
import { usual } from './assumptions.ts'
import { aboutComparison, aboutStatements, comparisonTable, statementTable } from './comparison-tables.ts'
import { readResults } from './costs.ts'
import { LOAD } from './demand.ts'
import {
  aboutDemand,
  aboutSizes,
  aboutTraffic,
  aboutTrimming,
  CORES,
  demandTable,
  sizesTable,
  trafficTable,
  trimTable,
} from './demand-tables.ts'
import { readMeasured } from './measured.ts'

const PAGE = new URL('../capacity.md', import.meta.url)
const MARKS = ['<!-- capacity: made by npm run simulate -->', '<!-- end of capacity -->'] as const

/** What the page has between its two marks. */
export function capacityText(page = readResults(), measured = readMeasured()): string {
  return [
    '## Assumptions',
    assumptionList(usual, { load: LOAD, cores: CORES }),
    '## Requests and rows',
    trafficTable(),
    aboutTraffic,
    '## Bytes of the rows',
    sizesTable(measured),
    aboutSizes(measured),
    '## Processes and servers',
    demandTable(page, measured),
    aboutDemand(page),
    '## Trimming',
    trimTable(measured),
    aboutTrimming(),
    '## Model, simulation and databases',
    comparisonTable(measured),
    aboutComparison(measured),
    statementTable(measured),
    aboutStatements,
  ].join('\n\n')
}

/** Writes this part of the page again, from the model and from what was measured last. */
export function writePage(): void {
  const page = readFileSync(PAGE, 'utf8')
  const [begin, end] = [page.indexOf(MARKS[0]), page.indexOf(MARKS[1])]
  if (begin < 0 || end < begin) throw new Error(`bench/capacity.md lacks the lines ${MARKS.join(' and ')}`)
  writeFileSync(PAGE, `${page.slice(0, begin)}${MARKS[0]}\n\n${capacityText()}\n\n${page.slice(end)}`)
}
