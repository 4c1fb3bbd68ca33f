import { setTimeout as sleep } from 'node:timers/promises'
import { StoredSessionStore } from '../../src/index.ts'
import type { TestDatabase } from '../harness/databases.ts'
import type { TestServer } from '../harness/test-server.ts'
import { secret } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { ApplicationProcess } from './application-process.ts'
import { Load } from './load.ts'
import { type HistoryOutcome, missingEvents } from './missing-events.ts'
import { readableRows } from './unreadable-rows.ts'
import type { Report } from './visitors.ts'

/** What came of killing something again and again. */
export interface Outcome extends Report {
  kills: number
  rows: number
  unreadable: number
  /** How often the application ended by itself. */
  crashes: number
  /** The longest time after the return of what was killed in which any request failed. */
  longestRecoveryMs: number
  /** With the option `history`: whether the acknowledged changes have their events. */
  history?: HistoryOutcome
}

/** What else to torture with. */
export interface TortureOptions {
  /** What each application is given as its database; visitors go to any of them. @defaultValue the database */
  urls?: readonly string[]
  /** The option of the applications; then visitors change owners and rotate too. @defaultValue none */
  history?: { strict: boolean }
}

/** Kills something, starts it again, and tells for how long after its return requests failed, in milliseconds. */
export type Round = (application: ApplicationProcess, load: Load) => Promise<number>

/** Load between two kills, at random up to this. */
const LONGEST_PEACE_MS = 500
/** Load after a database is back: as long as it may take, and more. */
const WATCHED_MS = 2_200

export const killApplication: Round = async (application, load) => {
  await sleep(Math.random() * LONGEST_PEACE_MS)
  return killAndStart(application, load)
}

/** Kills the application after a load that lasts much longer than events wait, so that late ones show. */
export const killRecorder: Round = async (application, load) => {
  await sleep((1 + Math.random()) * LONGEST_PEACE_MS)
  return killAndStart(application, load)
}

async function killAndStart(application: ApplicationProcess, load: Load): Promise<number> {
  await application.kill()
  await application.start()
  return recoveryOf(application, load, Date.now())
}

/** Kills the database; the application stays. */
export const killServer =
  (server: TestServer): Round =>
  async (application, load) => {
    await sleep(Math.random() * LONGEST_PEACE_MS)
    await server.kill()
    // Long outages matter as much as short ones: drivers wait longer and longer before they try again.
    await sleep(Math.random() < 0.2 ? Math.random() * 5_000 : 0)
    await server.start()
    const back = Date.now()
    await sleep(WATCHED_MS)
    return recoveryOf(application, load, back)
  }

/** Goes through rounds under load, and looks at every session, row and event in the end. */
export async function torture(
  database: TestDatabase,
  rounds: readonly Round[],
  { urls = [database.url], history }: TortureOptions = {},
): Promise<Outcome> {
  await migrate(database)
  const load = await Load.prepare()
  const applications = await Promise.all(urls.map((url) => ApplicationProcess.open(url, history)))
  const [application] = applications as [ApplicationProcess]
  load.begin(
    applications.map(({ port }) => port),
    history !== undefined,
  )
  let longestRecoveryMs = 0
  try {
    for (const round of rounds) {
      await until('the load runs', async () => (await load.report()).lastSuccessAt > Date.now() - 100)
      longestRecoveryMs = Math.max(longestRecoveryMs, await round(application, load))
    }
    const report = await load.review()
    const crashes = applications.reduce((sum, one) => sum + one.crashes, 0)
    const kills = applications.flatMap((one) => one.kills)
    const events = history && (await missingEvents(database, await load.changes(), kills, history.strict))
    return {
      ...report,
      ...(await readableRows(database)),
      ...(events && { history: events }),
      ...{ kills: rounds.length, crashes, longestRecoveryMs },
    }
  } finally {
    load.close()
    await Promise.all(applications.map((one) => one.close()))
  }
}

/** How long after the return of what was killed requests went on failing. */
export async function recoveryOf(application: ApplicationProcess, load: Load, back: number): Promise<number> {
  await until('a request succeeds again', async () => {
    if (application.crashes > 0) throw new Error('the application ended by itself')
    return (await load.report()).lastSuccessAt > back
  })
  return Math.max(0, (await load.report()).lastFailureAt - back)
}

async function migrate({ url }: TestDatabase): Promise<void> {
  const store = new StoredSessionStore({ database: url, secret, migrate: true, trim: false })
  await store.ready()
  await store.close()
}
