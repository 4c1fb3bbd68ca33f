import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { databaseList, databaseNames } from '../harness/selection.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { matrixPart, runPart } from '../matrix/full.ts'
import { ownDatabase } from '../torture/own-database.ts'
import { storedGround } from './ground.ts'
import { type HistoryKind, histories } from './histories.ts'
import { historySettings, runHistory } from './history.ts'

const { values } = parseArgs({
  options: {
    databases: { type: 'string', default: databaseNames.join() },
    kinds: { type: 'string', default: Object.keys(histories(0)).join() },
  },
})
const kinds = values.kinds.split(',')
const { seed, operations } = historySettings(100_000)
// All of it takes hours: `npm run matrix`.
const part = matrixPart(0.05)

process.env.TMPDIR = temporaryFolder('stored-session-history')
process.on('exit', () => rmSync(process.env.TMPDIR!, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

const table: object[] = []
console.log(`HISTORY_SEED=${seed} HISTORY_OPERATIONS=${operations}`)
for (const name of databaseList(values.databases)) {
  const { database, server, remove } = await ownDatabase(name)
  try {
    for (const [kind, { share, ...options }] of Object.entries<HistoryKind>(histories(seed))) {
      if (!kinds.includes(kind)) continue
      const begun = performance.now()
      const length = Math.round(operations * share)
      const ground = await storedGround(database, options)
      const { sessions, violations, firsts, examples } = await runHistory(ground, seed, length)
      await ground.close()
      for (const example of examples) console.error(`${name}, ${kind}, HISTORY_SEED=${seed}\n${example}\n`)
      if (examples.length > 0) process.exitCode = 1
      const found = Object.entries(violations).filter(([, count]) => count > 0)
      const seconds = Math.round((performance.now() - begun) / 1000)
      table.push({
        database: `${name} ${server?.version ?? ''}`,
        kind,
        operations: length,
        sessions,
        violations: found.map(([violation, count]) => `${violation}: ${count}`).join(', '),
        seconds,
      })
      console.log(table.at(-1))
      if (examples.length > 0) console.error('first found after so many operations:', firsts)
      await database.query('DELETE FROM stored_sessions')
    }
    const begun = performance.now()
    const { runs: races, damaged } = await runPart(database, part)
    if (damaged > 0) process.exitCode = 1
    const seconds = Math.round((performance.now() - begun) / 1000)
    table.push({ database: `${name} ${server?.version ?? ''}`, kind: 'matrix', operations: races, damaged, seconds })
    console.log(table.at(-1))
  } finally {
    await remove()
  }
}
console.table(table)
