import type { ListedSession } from '../../store/management/listing.ts'
import type { JobControl } from '../jobs/jobs.ts'
import { type IncidentPlan, listFilterOf, revokeFilterOf } from './incident-plan.ts'
import { type Incident, isMeant, keptOf, matchingSessions } from './matching.ts'

/** What an incident would do. */
export interface Rehearsal {
  readonly plan: IncidentPlan
  /** Sessions that would end. */
  readonly sessions: number
  /** Users of the sessions that were looked at. */
  readonly users: number
  /** Whether there may be more users than that. */
  readonly hasMoreUsers: boolean
  /** Whether the operator's own session would end. */
  readonly endsOwn: boolean
  /** Some of the sessions, the newest. */
  readonly sample: readonly ListedSession[]
}

const SAMPLE = 10
/** Users that are told apart: their names are kept in memory. */
const MOST_USERS = 100_000
/** Sessions that are looked at for their users alone, when an index answers how many there are. */
const MOST_LOOKED = 20_000

/** Counts the sessions of an incident, and ends nothing. */
export async function rehearse(incident: Omit<Incident, 'actor'>, { signal, report }: JobControl): Promise<Rehearsal> {
  const { plan } = incident
  const filter = revokeFilterOf(plan)
  const counted = filter && (await countOnly(incident, { signal, report }))
  const users = new Set<string>()
  const sample: ListedSession[] = []
  let [looked, found, isWhole] = [0, 0, true]
  for await (const batch of matchingSessions(incident, signal)) {
    looked += batch.looked
    found += batch.sessions.length
    sample.push(...batch.sessions.slice(0, SAMPLE - sample.length))
    for (const { user } of batch.sessions) if (user !== undefined && users.size < MOST_USERS) users.add(user)
    report({ 'Looked at': looked, Found: counted ?? found })
    isWhole = counted === undefined || looked < MOST_LOOKED
    if (!isWhole) break
  }
  const hasMoreUsers = users.size >= MOST_USERS || (!isWhole && counted !== undefined && found < counted)
  return { plan, sessions: counted ?? found, users: users.size, hasMoreUsers, endsOwn: await endsOwn(incident), sample }
}

/** Counts the sessions of an incident in the quickest way. */
export async function countMeant(incident: Omit<Incident, 'actor'>, control: JobControl): Promise<number> {
  if (revokeFilterOf(incident.plan)) return countOnly(incident, control)
  let [looked, found] = [0, 0]
  for await (const batch of matchingSessions(incident, control.signal)) {
    looked += batch.looked
    found += batch.sessions.length
    control.report({ 'Looked at': looked, Found: found })
  }
  return found
}

async function countOnly(
  { store, plan, own }: Omit<Incident, 'actor'>,
  { signal, report }: JobControl,
): Promise<number> {
  const kept = keptOf({ plan, own })
  const except = kept === undefined ? {} : { except: kept }
  const onProgress = (found: number) => report({ Found: found })
  const filter = revokeFilterOf(plan)!
  return (await store.revoke({ ...filter, ...except, dryRun: true, signal, onProgress })).revoked
}

async function endsOwn({ store, plan, own }: Omit<Incident, 'actor'>): Promise<boolean> {
  if (own === undefined || plan.keepsOwn) return false
  const session = await store.inspect(own)
  if (!session) return false
  const { user, createdAfter, createdBefore } = listFilterOf(plan)
  const isInPeriod =
    !(createdAfter && session.createdAt < createdAfter) && !(createdBefore && session.createdAt >= createdBefore)
  return isInPeriod && (user === undefined || session.user === String(user)) && isMeant(plan, session)
}
