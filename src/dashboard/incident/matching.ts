import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ListedSession } from '../../store/management/listing.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'
import { matches } from '../sessions/session-query.ts'
import { type IncidentPlan, listFilterOf } from './incident-plan.ts'
import { keptHandles } from './own-session.ts'

/** An incident on its way. */
export interface Incident {
  readonly store: StoredSessionStore
  readonly plan: IncidentPlan
  /** The handle of the operator's own session, if it is one of this store. */
  readonly own: string | undefined
  readonly actor: string
}

/** The handle of the session that stays, if any. */
export const keptOf = ({ plan, own }: Pick<Incident, 'plan' | 'own'>): string | undefined =>
  plan.keepsOwn ? own : undefined

/** What one batch of rows has. */
interface Batch {
  readonly sessions: readonly ListedSession[]
  /** Rows that were looked at. */
  readonly looked: number
}

/** Rows of one statement. */
const BATCH = 500

/** The sessions of an incident that have not ended, the newest first, in batches. Stops between two of them. */
export async function* matchingSessions(
  { store, plan, own }: Omit<Incident, 'actor'>,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const filter = listFilterOf(plan)
  for (let cursor: string | undefined; ; ) {
    signal.throwIfAborted()
    const page = await store.list({ ...filter, limit: BATCH, cursor })
    const staying = await keptHandles(store, keptOf({ plan, own }))
    const found = page.sessions.filter((session) => !staying.has(session.handle) && isMeant(plan, session))
    yield { sessions: found, looked: page.sessions.length }
    if (page.next === undefined) return
    cursor = page.next
    // SQLite works synchronously, so let requests run in between.
    await nextTurn()
  }
}

/** Whether a plan ends a session. */
export function isMeant({ what, query, at }: IncidentPlan, session: ListedSession): boolean {
  return session.state !== 'ended' && (what === 'all' || matches(query, session, at))
}
