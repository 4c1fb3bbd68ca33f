import { setTimeout as sleep } from 'node:timers/promises'
import type { PostgresPair } from '../harness/postgres-pair.ts'
import { type Outcome, type Round, recoveryOf, torture } from './torture.ts'

/** Load before the primary is killed, at random up to this. */
const LONGEST_PEACE_MS = 1_000
/** Without a primary, at random up to this, most of the times. */
const USUAL_GAP_MS = 300
const LONGEST_GAP_MS = 5_000
/** Load on the new primary before the old one comes back as its standby. */
const WATCHED_MS = 1_500

/**
 * Kills the primary, promotes its standby, and makes the old primary the new standby, as often as it is told to, under
 * the load of two applications whose URLs name the servers in different orders.
 */
export async function tortureStandby(pair: PostgresPair, times: number): Promise<Outcome> {
  const database = await pair.createDatabase()
  return torture(database, Array(times).fill(roundOf(pair)), {
    urls: [database.url, pair.reversed(database.url)],
  })
}

function roundOf(pair: PostgresPair): Round {
  return async (application, load) => {
    await sleep(Math.random() * LONGEST_PEACE_MS)
    await pair.killPrimary()
    await sleep(Math.random() * (Math.random() < 0.2 ? LONGEST_GAP_MS : USUAL_GAP_MS))
    await pair.promote()
    const back = Date.now()
    await sleep(WATCHED_MS)
    const recovery = await recoveryOf(application, load, back)
    await pair.rejoin()
    return recovery
  }
}
