import { parseArgs } from 'node:util'
import { type DatabaseName, databaseList, databaseNames } from '../harness/selection.ts'
import { faultsOf, lossesOf, OutcomeTable } from './outcome-table.ts'
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

const table = new OutcomeTable()
for (const name of databaseList(values.databases)) await tortureOn(name)
table.print()

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
  if (lossesOf(outcome) + faultsOf(outcome) > 0) process.exitCode = 1
  table.add({ database, killed, kills: outcome.kills }, outcome)
}
