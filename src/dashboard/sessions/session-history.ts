import type { HistoryEvent } from '../../store/audit/event-listing.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'

/** Events of one id, and ids of a session that are followed back. */
const MOST_EVENTS = 100
const MOST_IDS = 10

/** What happened to a session under this id and the ids before it, the newest first. */
export async function historyOfSession(store: StoredSessionStore, handle: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = []
  const seen = new Set<string>()
  for (let id: string | undefined = handle; id !== undefined && seen.size < MOST_IDS && !seen.has(id); ) {
    seen.add(id)
    const page = await store.history({ handle: id, limit: MOST_EVENTS })
    // Events of many sessions name none.
    events.push(...page.events.filter((event) => event.handle !== undefined))
    id = page.events.find(({ previousHandle }) => previousHandle !== undefined)?.previousHandle
  }
  return events
}
