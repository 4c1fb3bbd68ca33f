import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { databaseList, databaseNames } from '../harness/selection.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { ownDatabase } from '../torture/own-database.ts'
import { storedGround } from './ground.ts'
import { historySettings, runHistory } from './history.ts'

const { values } = parseArgs({ options: { databases: { type: 'string', default: databaseNames.join() } } })
const { seed, operations } = historySettings(100_000)

process.env.TMPDIR = temporaryFolder('stored-session-history')
process.on('exit', () => rmSync(process.env.TMPDIR!, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

const table: object[] = []
console.log(`HISTORY_SEED=${seed} HISTORY_OPERATIONS=${operations}`)
for (const name of databaseList(values.databases)) {
  const { database, server, remove } = await ownDatabase(name)
  try {
    const begun = performance.now()
    const ground = await storedGround(database)
    const { sessions, violations, firsts, examples } = await runHistory(ground, seed, operations)
    await ground.close()
    for (const example of examples) console.error(`${name}, HISTORY_SEED=${seed}\n${example}\n`)
    if (examples.length > 0) process.exitCode = 1
    const seconds = Math.round((performance.now() - begun) / 1000)
    table.push({ database: `${name} ${server?.version ?? ''}`, operations, sessions, ...violations, seconds })
    console.log(table.at(-1))
    if (examples.length > 0) console.error('first found after so many operations:', firsts)
  } finally {
    await remove()
  }
}
console.table(table)
