import { LostRotationError } from '../../errors.ts'
import type { ListedSession } from '../../store/management/listing.ts'
import type { JobControl } from '../jobs/jobs.ts'
import { type IncidentPlan, revokeFilterOf } from './incident-plan.ts'
import { type Incident, keptOf, matchingSessions } from './matching.ts'
import { countMeant, type Rehearsal, rehearse } from './rehearsing.ts'

/** Sessions that an incident ended. */
export interface Ended {
  readonly plan: IncidentPlan
  readonly ended: number
  /** Sessions that continue under ids which their rows do not show. */
  readonly missed: number
}

/** More or fewer sessions would end than the operator agreed to, so none has. */
export interface Changed {
  readonly changed: Rehearsal
  readonly agreed: number
}

/** What became of an incident. */
export type Outcome = Ended | Changed

/** Sessions that end at a time. */
const TOGETHER = 16
/** The part of the sessions by which their number may differ from the rehearsal: 1 in this many. */
const TOLERATED = 100

/** The names of the numbers that the page of the job shows. */
export const ENDED = 'Ended'
export const OF = 'Of'

/**
 * Ends the sessions of an incident, if there are still as many as the operator agreed to end, give or take one in a
 * hundred; otherwise it rehearses again and ends nothing.
 */
export async function endMeant(incident: Incident, agreed: number, control: JobControl): Promise<Outcome> {
  const count = await countMeant(incident, control)
  if (Math.abs(count - agreed) > Math.floor(agreed / TOLERATED))
    return { changed: await rehearse(incident, control), agreed }
  const report = (ended: number) => control.report({ [ENDED]: ended, [OF]: count })
  report(0)
  const { signal } = control
  return revokeFilterOf(incident.plan)
    ? endTogether(incident, { signal, report })
    : endOneByOne(incident, { signal, report })
}

interface Ending {
  readonly signal: AbortSignal
  report(ended: number): void
}

async function endTogether({ store, plan, own, actor }: Incident, { signal, report }: Ending): Promise<Ended> {
  const kept = keptOf({ plan, own })
  const except = kept === undefined ? {} : { except: kept }
  const filter = revokeFilterOf(plan)!
  const { revoked } = await store.revoke({ ...filter, ...except, actor, signal, onProgress: report })
  return { plan, ended: revoked, missed: 0 }
}

async function endOneByOne(incident: Incident, { signal, report }: Ending): Promise<Ended> {
  let [ended, missed] = [0, 0]
  for await (const { sessions } of matchingSessions(incident, signal)) {
    for (let start = 0; start < sessions.length; start += TOGETHER) {
      signal.throwIfAborted()
      const results = await Promise.all(sessions.slice(start, start + TOGETHER).map((one) => endOne(incident, one)))
      ended += results.reduce((sum: number, result) => sum + (result ?? 0), 0)
      missed += results.filter((result) => result === undefined).length
      report(ended)
    }
    // The queue of events is bounded, and an incident may end more sessions than it holds.
    await incident.store.flush()
  }
  return { plan: incident.plan, ended, missed }
}

/** The number of sessions that ended; undefined for one that continues under an id which its row does not show. */
async function endOne({ store, actor }: Incident, { handle }: ListedSession): Promise<number | undefined> {
  try {
    return (await store.revoke({ handle, actor })).revoked
  } catch (error) {
    if (error instanceof LostRotationError) return undefined
    throw error
  }
}
