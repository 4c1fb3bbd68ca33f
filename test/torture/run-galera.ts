import { parseArgs } from 'node:util'
import { GaleraCluster } from '../harness/galera-cluster.ts'
import { type Trouble, tortureGalera } from './galera.ts'
import { faultsOf, lossesOf, OutcomeTable } from './outcome-table.ts'
import { useOwnFolder } from './own-folder.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    pauses: { type: 'string', default: '10' },
    cuts: { type: 'string', default: '10' },
  },
})

useOwnFolder('galera')

const cluster = await GaleraCluster.start()
const table = new OutcomeTable()
try {
  await note('killed', Number(values.kills))
  await note('paused', Number(values.pauses))
  await note('cut off', Number(values.cuts))
} finally {
  await cluster.remove()
}
table.print()

async function note(trouble: Trouble, times: number): Promise<void> {
  const outcome = await tortureGalera(cluster, Array(times).fill(trouble))
  if (lossesOf(outcome) + faultsOf(outcome) + outcome.differing > 0) process.exitCode = 1
  table.add({ 'MariaDB with Galera': cluster.version, 'a node is': trouble, times }, outcome, {
    'rows that differ': outcome.differing,
    'longest outage, ms': Math.round(outcome.longestOutageMs),
  })
}
