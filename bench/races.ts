// Races the same requests on every store, in every order of their calls, and writes what came of it into the docs.
import { readFileSync, writeFileSync } from 'node:fs'
import { type PairResult, racePair } from '../test/races/race.ts'
import { type Contestant, contestants } from './race-contestants.ts'

const page = new URL('../docs/guarantees.md', import.meta.url)
const marks = ['<!-- races: made by npm run guarantees -->', '<!-- end of races -->'] as const

/** Two requests of one session that is alive, and what a user would notice when they harm each other. */
const races = [
  { title: 'change, sign out', pair: ['save loaded', 'destroy'], harm: 'resurrections' },
  { title: 'change, `regenerate()`', pair: ['save loaded', 'regenerate'], harm: 'resurrections' },
  { title: 'touch, sign out', pair: ['touch', 'destroy'], harm: 'resurrections' },
  { title: '`reload()`, sign out', pair: ['reload', 'destroy'], harm: 'resurrections' },
  { title: 'change, change', pair: ['save loaded', 'save loaded'], harm: 'lostSaves' },
] as const

// The servers are no reason for this process to stay, and waiting for their end is one.
const staying = setInterval(() => {}, 60_000)
const rows: string[][] = []
for (const contestant of contestants) rows.push(await rowOf(contestant))
const table = tableOf([['store', ...races.map(({ title }) => title)], ...rows])
console.log(table)
clearInterval(staying)
writeFileSync(page, withTable(readFileSync(page, 'utf8'), table))

async function rowOf({ name, open }: Contestant): Promise<string[]> {
  const { arena, close } = await open()
  try {
    const cells: string[] = []
    for (const { pair, harm } of races) cells.push(cellOf(await racePair(arena, 'live', pair[0], pair[1]), harm))
    return [name, ...cells]
  } finally {
    await close()
  }
}

function cellOf(result: PairResult, harm: 'resurrections' | 'lostSaves'): string {
  const errors = result.errors > 0 ? `, ${result.errors} errors` : ''
  return `${result[harm]} of ${result.interleavings}${errors}`
}

function tableOf([head, ...body]: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(head!), line(head!.map(() => '---')), ...body.map(line)].join('\n')
}

function withTable(text: string, table: string): string {
  const [begin, end] = marks
  const [before, rest] = text.split(begin)
  const after = rest?.split(end)[1]
  if (after === undefined) throw new Error(`docs/guarantees.md lacks the lines ${marks.join(' and ')}`)
  return `${before}${begin}\n\n${table}\n\n${end}${after}`
}
