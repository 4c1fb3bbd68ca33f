/**
 * `npm run bench:sealing [-- --rounds=100] [--write]`: what sealing and opening a payload cost, beside AES-256-GCM that
 * binds it to less. With `--write` the figures go into docs/security.md.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machine, table } from './report.ts'
import { measureSealing, type SealingCost } from './sealing/measure.ts'
import { ways } from './sealing/ways.ts'

const USUAL_ROUNDS = 100
/** Microseconds to seal and open 1 KB, at most. */
const TARGET = { bytes: 1_024, most: 60 } as const

const PAGE = new URL('../docs/security.md', import.meta.url)
const MARKS = ['<!-- sealing: made by npm run bench:sealing -->', '<!-- end of sealing -->'] as const

/** The figures as Markdown: a table, and whether the target was reached. */
export function sealingReport(rounds = USUAL_ROUNDS): string {
  const costs = measureSealing(rounds)
  const header = ['plaintext', 'sealed by', 'seal, median µs', 'open', 'both', '× the first']
  const { both } = costs.find(({ way, bytes }) => way === ways.at(-1) && bytes === TARGET.bytes)!
  const isMet = both <= TARGET.most
  return [
    table(
      header,
      costs.map((cost) => row(cost, costs)),
    ),
    '',
    `To seal and open 1 KB: at most ${TARGET.most} µs; ${both.toFixed(1)} µs, ${isMet ? 'met' : '**missed**'}.`,
  ].join('\n')
}

function row({ way, bytes, seal, open, both }: SealingCost, all: SealingCost[]): string[] {
  const first = all.find((cost) => cost.bytes === bytes)!
  const size = bytes < 1_024 ? `${bytes} B` : `${bytes / 1_024} KB`
  return [size, way.name, ...[seal, open, both].map((time) => time.toFixed(1)), (both / first.both).toFixed(2)]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { rounds: { type: 'string' }, write: { type: 'boolean', default: false } } })
  const [load] = loadavg()
  const where = `${machine()}, Node ${process.versions.node}, load average ${load!.toFixed(1)} when it began`
  const text = `${where}.\n\n${sealingReport(Number(values.rounds ?? USUAL_ROUNDS))}`
  console.log(text)
  if (values.write) writeFileSync(PAGE, withFigures(readFileSync(PAGE, 'utf8'), text))
}

function withFigures(page: string, text: string): string {
  const [begin, end] = [page.indexOf(MARKS[0]), page.indexOf(MARKS[1])]
  if (begin < 0 || end < begin) throw new Error(`docs/security.md lacks the lines ${MARKS.join(' and ')}`)
  return `${page.slice(0, begin)}${MARKS[0]}\n\n${text}\n\n${page.slice(end)}`
}
