import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { databaseList, databaseNames } from '../harness/selection.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { ownDatabase } from '../torture/own-database.ts'
import { combinationsOf, matrixPart, runPart } from './full.ts'
import { replay } from './matrix.ts'

const text = { type: 'string' } as const
const { values } = parseArgs({
  options: { databases: { ...text, default: databaseNames.join() }, features: text, operations: text, plan: text },
})
const { features, operations, plan } = values
const part = { ...matrixPart(1), features, operations: operations?.split(' + ') }

process.env.TMPDIR = temporaryFolder('stored-session-matrix')
process.on('exit', () => rmSync(process.env.TMPDIR!, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

for (const name of databaseList(values.databases)) {
  const { database, remove } = await ownDatabase(name)
  try {
    if (plan === undefined) {
      const { damaged } = await runPart(database, part)
      if (damaged > 0) process.exitCode = 1
    } else {
      const [combination] = combinationsOf(part)
      if (!combination) throw new Error('there is no such combination: --features and --operations must name one')
      console.log(await replay(database, combination, plan.split(',').map(Number)))
    }
  } finally {
    await remove()
  }
}
