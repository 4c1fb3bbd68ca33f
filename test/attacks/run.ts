/*
 * The long form of the attacks: npm run attacks [-- --payloads=5000000 --cookies=100000 --configurations=1000000 --seed=7].
 * It prints its counts, writes them into docs/security.md, and fails when anything opened.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { openApp } from '../support/app.ts'
import { attackCookies } from './cookies.ts'
import { attackConfigurations } from './key-configurations.ts'
import { attackAtRandom, attackExhaustively, PayloadArena } from './payloads.ts'
import { SeededRandom } from './random.ts'
import { seedOf } from './seed.ts'

const { values } = parseArgs({
  options: {
    payloads: { type: 'string', default: '5000000' },
    cookies: { type: 'string', default: '100000' },
    configurations: { type: 'string', default: '1000000' },
    seed: { type: 'string' },
  },
})

const PAGE = new URL('../../docs/security.md', import.meta.url)
const [BEGIN, END] = ['<!-- attacks: made by npm run attacks -->', '<!-- end of attacks -->'] as const

type Line = [what: string, count: number, faults: number]

const seed = seedOf(values.seed)
const random = new SeededRandom(seed)
console.log(`seed ${seed}`)
const lines = [...payloads(), await cookies(), configurations()]
const table = [
  '| attack | tried | opened or faulted |',
  '| --- | ---: | ---: |',
  ...lines.map(([what, count, faults]) => `| ${what} | ${count.toLocaleString('en')} | ${faults} |`),
]
console.log(table.join('\n'))
const page = readFileSync(PAGE, 'utf8')
const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
if (begin < 0 || end < begin) throw new Error('docs/security.md has lost the marks around the figures')
writeFileSync(PAGE, `${page.slice(0, begin)}${BEGIN}\n\nSeed ${seed}.\n\n${table.join('\n')}\n\n${page.slice(end)}`)
if (lines.some(([, , faults]) => faults > 0)) process.exitCode = 1

function payloads(): Line[] {
  const arena = new PayloadArena()
  attackExhaustively(arena)
  attackAtRandom(arena, random, Number(values.payloads))
  const { refused, opened, faults, deserialized } = arena.result
  for (const fault of [...opened, ...faults].slice(0, 10)) console.error(fault)
  if (deserialized > 0) console.error(`the serializer saw ${deserialized} payloads`)
  const kinds = Object.entries(refused).map(([kind, count]): Line => [`payload: ${kind}`, count, countOf(kind)])
  return [...kinds, ['payloads in all', arena.attacks + opened.length + faults.length, opened.length + faults.length]]

  function countOf(kind: string): number {
    return [...opened, ...faults].filter((fault) => fault.startsWith(`${kind}: `)).length
  }
}

async function cookies(): Promise<Line> {
  const app = await openApp('sqlite::memory:')
  const { sent, faults } = await attackCookies(app, random, Number(values.cookies))
  await app.close()
  for (const fault of faults.slice(0, 10)) console.error(fault)
  return ['malformed cookies', sent, faults.length]
}

function configurations(): Line {
  const { tried, faults } = attackConfigurations(random, Number(values.configurations))
  for (const fault of faults.slice(0, 10)) console.error(fault)
  return ['key configurations', tried, faults.length]
}
