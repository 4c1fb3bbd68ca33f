import { parseArgs } from 'node:util'
import { type DatabaseName, databaseList, databaseNames } from '../harness/selection.ts'
import { ownDatabase } from './own-database.ts'
import { useOwnFolder } from './own-folder.ts'
import { killApplication, killServer, type Outcome, type Round, torture } from './torture.ts'

const { values } = parseArgs({
  options: {
    databases: { type: 'string', default: databaseNames.join() },
    applications: { type: 'string', default: '200' },
    servers: { type: 'string', default: '50' },
  },
})

useOwnFolder('torture')

const table: object[] = []
for (const name of databaseList(values.databases)) await tortureOn(name)
console.table(table)

async function tortureOn(name: DatabaseName): Promise<void> {
  const { database, server, remove } = await ownDatabase(name)
  const times = (count: string, round: Round) => torture(database, Array(Number(count)).fill(round))
  try {
    const version = `${name} ${server?.version ?? ''}`
    note(version, 'application', await times(values.applications, killApplication))
    if (server) note(version, 'server', await times(values.servers, killServer(server)))
  } finally {
    await remove()
  }
}

function note(database: string, killed: string, outcome: Outcome): void {
  const { kills, acknowledged, endings, rows, lost, revived, foreign, unreadable, unexpected, crashes } = outcome
  const faults = lost + revived + foreign + unreadable + unexpected + crashes
  if (faults > 0) process.exitCode = 1
  for (const example of outcome.examples) console.error(example)
  table.push({
    database,
    killed,
    kills,
    'acknowledged saves': acknowledged,
    'acknowledged endings': endings,
    rows,
    lost,
    revived,
    foreign,
    unreadable,
    unexpected,
    crashes,
    'longest recovery, ms': Math.round(outcome.longestRecoveryMs),
    'longest request, ms': Math.round(outcome.longestMs),
  })
  console.log(table.at(-1))
}
