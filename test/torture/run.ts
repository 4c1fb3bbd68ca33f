import { parseArgs } from 'node:util'
import { type DatabaseName, databaseList, databaseNames } from '../harness/selection.ts'
import { faultsOf, lossesOf, OutcomeTable } from './outcome-table.ts'
import { ownDatabase } from './own-database.ts'
import { useOwnFolder } from './own-folder.ts'
import {
  killApplication,
  killRecorder,
  killServer,
  type Outcome,
  type Round,
  type TortureOptions,
  torture,
} from './torture.ts'

const { values } = parseArgs({
  options: {
    databases: { type: 'string', default: databaseNames.join() },
    applications: { type: 'string', default: '200' },
    servers: { type: 'string', default: '50' },
    // Kills of an application with the option history, for each of its two ways to store events.
    history: { type: 'string', default: '100' },
  },
})

useOwnFolder('torture')

const table = new OutcomeTable()
for (const name of databaseList(values.databases)) await tortureOn(name)
table.print()

async function tortureOn(name: DatabaseName): Promise<void> {
  const { database, server, remove } = await ownDatabase(name)
  const times = (count: string, round: Round, options?: TortureOptions) =>
    torture(database, Array(Number(count)).fill(round), options)
  try {
    const version = `${name} ${server?.version ?? ''}`
    if (has(values.applications)) note(version, 'application', await times(values.applications, killApplication))
    if (server && has(values.servers)) note(version, 'server', await times(values.servers, killServer(server)))
    for (const strict of has(values.history) ? [true, false] : []) {
      const outcome = await times(values.history, killRecorder, { history: { strict } })
      note(version, `application, history ${strict ? 'strict' : 'in the background'}`, outcome)
    }
  } finally {
    await remove()
  }
}

/** A count of 0 leaves a part out. */
function has(count: string): boolean {
  return Number(count) > 0
}

function note(database: string, killed: string, outcome: Outcome): void {
  if (lossesOf(outcome) + faultsOf(outcome) > 0) process.exitCode = 1
  table.add({ database, killed, kills: outcome.kills }, outcome)
}
