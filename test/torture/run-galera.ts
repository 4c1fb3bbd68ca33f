import { parseArgs } from 'node:util'
import { GaleraCluster } from '../harness/galera-cluster.ts'
import { type Trouble, tortureGalera } from './galera.ts'
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
const table: object[] = []
try {
  await note('killed', Number(values.kills))
  await note('paused', Number(values.pauses))
  await note('cut off', Number(values.cuts))
} finally {
  await cluster.remove()
}
console.table(table)

async function note(trouble: Trouble, times: number): Promise<void> {
  const outcome = await tortureGalera(cluster, Array(times).fill(trouble))
  const { acknowledged, endings, rows, lost, revived, foreign, unreadable, unexpected, crashes, differing } = outcome
  if (lost + revived + foreign + unreadable + unexpected + crashes + differing > 0) process.exitCode = 1
  for (const example of outcome.examples) console.error(example)
  table.push({
    'MariaDB with Galera': cluster.version,
    'a node is': trouble,
    times,
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
    'rows that differ': differing,
    'longest outage, ms': Math.round(outcome.longestOutageMs),
    'longest failure after return, ms': Math.round(outcome.longestRecoveryMs),
    'longest request, ms': Math.round(outcome.longestMs),
  })
  console.log(table.at(-1))
}
