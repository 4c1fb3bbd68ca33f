import { parseArgs } from 'node:util'
import { type Mode, PostgresPair } from '../harness/postgres-pair.ts'
import { useOwnFolder } from './own-folder.ts'
import { tortureStandby } from './standby.ts'

const { values } = parseArgs({ options: { failovers: { type: 'string', default: '20' } } })

useOwnFolder('standby')

const table: object[] = []
for (const mode of ['synchronous', 'asynchronous'] as const) await note(mode)
console.table(table)

async function note(mode: Mode): Promise<void> {
  const pair = await PostgresPair.start(mode)
  try {
    const outcome = await tortureStandby(pair, Number(values.failovers))
    const { acknowledged, endings, rows, lost, revived, foreign, unreadable, unexpected, crashes } = outcome
    const faults = foreign + unreadable + unexpected + crashes
    // What the standby has not received yet is lost with an asynchronous primary: that is what the word says.
    if (faults > 0 || (mode === 'synchronous' && lost + revived > 0)) process.exitCode = 1
    for (const example of outcome.examples) console.error(example)
    table.push({
      PostgreSQL: pair.primary.version,
      'the standby is': mode,
      failovers: outcome.kills,
      'acknowledged saves': acknowledged,
      'acknowledged endings': endings,
      'failed requests': outcome.failed,
      rows,
      lost,
      revived,
      foreign,
      unreadable,
      unexpected,
      crashes,
      'longest recovery, ms': Math.round(outcome.longestRecoveryMs),
      'longest request, ms': Math.round(outcome.longestMs),
      'rejoined by pg_rewind': pair.rejoined.rewound,
      'by pg_basebackup': pair.rejoined.copied,
    })
    console.log(table.at(-1))
  } finally {
    await pair.remove()
  }
}
