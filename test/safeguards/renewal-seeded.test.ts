import assert from 'node:assert/strict'
import { after, before, describe, mock, test } from 'node:test'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { type Run, Simulation } from './simulation.ts'

/** `node --import tsx test/safeguards/run.ts` runs thousands. */
const RUNS = { sqlite: 120, server: 15 }

forEachDatabase((target) => {
  describe('by any seed', () => {
    let database: TestDatabase
    let simulation: Simulation
    before(async () => {
      database = await target.create()
      mock.timers.enable({ apis: ['Date'] })
      simulation = await Simulation.open(database.url)
    })
    after(async () => {
      await simulation.close()
      mock.timers.reset()
      await database.drop()
    })

    const runs = target.name === 'sqlite' ? RUNS.sqlite : RUNS.server

    async function faultsOf(run: (seed: number) => Promise<Run>) {
      let [requests, renewals] = [0, 0]
      const faults: string[] = []
      for (let seed = 1; seed <= runs; seed++) {
        const result = await run(seed)
        requests += result.requests
        renewals += result.renewals
        faults.push(...result.faults.map((fault) => `seed ${seed}: ${fault}`))
      }
      return { requests, renewals, faults }
    }

    test('no owner is signed out, reported or loses a change by parallel requests, lost responses, slow tabs or a crash', async (t) => {
      const { requests, renewals, faults } = await faultsOf((seed) => simulation.owner(seed))
      t.diagnostic(`${requests} requests, ${renewals} renewals in ${runs} runs`)
      assert.deepEqual(faults, [])
      assert.ok(renewals > runs)
    })

    test('a thief is found within two renewals of both, and both are signed out', async (t) => {
      const { requests, renewals, faults } = await faultsOf((seed) => simulation.thief(seed))
      t.diagnostic(`${requests} requests, ${renewals} renewals in ${runs} runs`)
      assert.deepEqual(faults, [])
    })
  })
})
