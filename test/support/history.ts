import type { HistoryEvent, HistoryOptions, StoredSessionStore } from '../../src/index.ts'

/** All events of a filter, the oldest first. */
export async function eventsOf(store: StoredSessionStore, filter: HistoryOptions = {}): Promise<HistoryEvent[]> {
  const all: HistoryEvent[] = []
  for (let cursor: string | undefined; ; ) {
    const { events, next } = await store.history({ ...filter, limit: 100, ...(cursor === undefined ? {} : { cursor }) })
    all.push(...events)
    if (next === undefined) return all.reverse()
    cursor = next
  }
}

/** The kinds of events with their users, the oldest first. */
export async function kindsOf(store: StoredSessionStore, filter: HistoryOptions = {}): Promise<string[]> {
  const events = await eventsOf(store, filter)
  return events.map(({ kind, user, reason }) => [kind, reason, user].filter(Boolean).join(' '))
}
