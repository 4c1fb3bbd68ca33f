import { setTimeout as sleep } from 'node:timers/promises'
import { type HistoryEvent, StoredSessionStore } from '../../src/index.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { secret } from '../support/stores.ts'
import type { Kill } from './application-process.ts'
import type { Change } from './recorded-changes.ts'

/** How the history compares with what was acknowledged. */
export interface HistoryOutcome {
  /** Acknowledged changes that have an event. */
  changes: number
  /** Changes without their event. */
  missing: number
  /** Those of them that no kill excuses. */
  lostEvents: number
  /** The longest time between the acknowledgement of a missing event and the kill, in milliseconds. */
  oldestMissingMs: number
  /** The first lost events, in words. */
  lostExamples: string[]
}

/** Events of the background are stored so late at most, and one statement more. */
const LATEST_MS = 50
/** How long events that no kill could have kept from being stored are waited for. */
const PATIENCE_MS = 5_000

/** Looks for the event of every change, while the applications still run. */
export async function missingEvents(
  database: TestDatabase,
  changes: readonly Change[],
  kills: readonly Kill[],
  strict: boolean,
): Promise<HistoryOutcome> {
  const missing = await missingChanges(database, changes, kills)
  const all = changes.toSorted((one, other) => one.at - other.at)
  const outcome: HistoryOutcome = {
    ...{ changes: changes.length, missing: missing.length, lostEvents: 0, oldestMissingMs: 0, lostExamples: [] },
  }
  for (const change of missing) {
    const kill = killAfter(kills, change)
    const age = kill ? Math.max(0, kill.at - change.at) : Number.POSITIVE_INFINITY
    outcome.oldestMissingMs = Math.max(outcome.oldestMissingMs, age)
    const allowed = kill && !strict ? LATEST_MS + statementMs(all, change, kill) : -1
    if (age <= allowed) continue
    outcome.lostEvents++
    if (outcome.lostExamples.length < 5)
      outcome.lostExamples.push(
        `no event ${change.kind} of ${change.user || 'a visitor'}, acknowledged ${age} ms before a kill`,
      )
  }
  return outcome
}

/** The kill of the process that acknowledged a change; undefined when that process still runs. */
const killAfter = (kills: readonly Kill[], { at }: Change) => kills.find(({ endedAt }) => at <= endedAt)

/**
 * An upper bound of the time of one statement between a change and the kill, in milliseconds: the slowest request, or
 * the longest time without an answer, because then the process did not run.
 */
function statementMs(all: readonly Change[], since: Change, { at, endedAt }: Kill): number {
  const before = all.filter((change) => change.at >= since.at && change.at <= endedAt)
  const times = [...before.map((change) => Math.min(at, change.at)), at]
  const gaps = times.slice(1).map((time, index) => time - times[index]!)
  return Math.max(0, ...gaps, ...before.map(({ tookMs }) => tookMs))
}

/** The changes without an event, once no more events can come. */
async function missingChanges({ url }: TestDatabase, changes: readonly Change[], kills: readonly Kill[]) {
  const store = new StoredSessionStore({ database: url, secret, trim: false, migrate: false, history: true })
  const deadline = Date.now() + PATIENCE_MS
  try {
    for (;;) {
      const stored = await storedEvents(store)
      const missing = changes.filter((change) => !stored.has(keyOf(change)))
      const isComplete = missing.every((change) => killAfter(kills, change))
      if (isComplete || Date.now() > deadline) return missing
      await sleep(50)
    }
  } finally {
    await store.close()
  }
}

async function storedEvents(store: StoredSessionStore): Promise<Set<string>> {
  const stored = new Set<string>()
  for (let cursor: string | undefined; ; ) {
    const { events, next } = await store.history({ limit: 1_000, cursor })
    for (const event of events) stored.add(keyOf(changeIn(event)))
    if (next === undefined) return stored
    cursor = next
  }
}

const changeIn = ({ kind, reason, handle = '', user = '' }: HistoryEvent) => ({
  kind: kind === 'user' && reason === 'left' ? 'left' : kind,
  handle,
  user,
})

const keyOf = ({ kind, handle, user }: { kind: string; handle: string; user: string }) => `${kind} ${handle} ${user}`
