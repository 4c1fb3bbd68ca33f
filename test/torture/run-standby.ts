import { parseArgs } from 'node:util'
import { type Mode, PostgresPair } from '../harness/postgres-pair.ts'
import { faultsOf, lossesOf, OutcomeTable } from './outcome-table.ts'
import { useOwnFolder } from './own-folder.ts'
import { tortureStandby } from './standby.ts'

const { values } = parseArgs({ options: { failovers: { type: 'string', default: '20' } } })

useOwnFolder('standby')

const table = new OutcomeTable()
for (const mode of ['synchronous', 'asynchronous'] as const) await note(mode)
table.print()

async function note(mode: Mode): Promise<void> {
  const pair = await PostgresPair.start(mode)
  try {
    const outcome = await tortureStandby(pair, Number(values.failovers))
    // What the standby has not received yet is lost with an asynchronous primary: that is what the word says.
    const losses = mode === 'synchronous' ? lossesOf(outcome) : 0
    if (losses + faultsOf(outcome) > 0) process.exitCode = 1
    const done = { PostgreSQL: pair.primary.version, 'the standby is': mode, failovers: outcome.kills }
    table.add(done, outcome, {
      'rejoined by pg_rewind': pair.rejoined.rewound,
      'by pg_basebackup': pair.rejoined.copied,
    })
  } finally {
    await pair.remove()
  }
}
