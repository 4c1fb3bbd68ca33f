import { mock } from 'node:test'
import { parseArgs } from 'node:util'
import { databaseList } from '../harness/selection.ts'
import { ownDatabase } from '../torture/own-database.ts'
import { Simulation } from './simulation.ts'

const text = { type: 'string' } as const
const { values } = parseArgs({
  options: {
    databases: { ...text, default: 'sqlite' },
    runs: { ...text, default: '1000' },
    from: { ...text, default: '1' },
  },
})
const [runs, from] = [Number(values.runs), Number(values.from)]

for (const name of databaseList(values.databases)) {
  const { database, remove } = await ownDatabase(name)
  mock.timers.enable({ apis: ['Date'] })
  const simulation = await Simulation.open(database.url)
  try {
    for (const who of ['owner', 'thief'] as const) {
      let [requests, renewals, faulty] = [0, 0, 0]
      for (let seed = from; seed < from + runs; seed++) {
        const run = await simulation[who](seed)
        requests += run.requests
        renewals += run.renewals
        if (run.faults.length === 0) continue
        faulty += 1
        process.exitCode = 1
        console.log(`${name}, ${who}, --from=${seed} --runs=1: ${run.faults[0]}`)
      }
      console.log(`${name}, ${who}: ${requests} requests, ${renewals} renewals in ${runs} runs, ${faulty} with faults`)
    }
  } finally {
    await simulation.close()
    mock.timers.reset()
    await remove()
  }
}
