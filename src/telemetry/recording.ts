import type { OperationName, SessionOperation } from '../instruments/operation.ts'
import { operationNames } from '../instruments/operation.ts'
import type { SessionEvents } from '../store/core/events.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import type { MetricKey } from './metrics.ts'

/** The source of measurements: `app.storedSession`, or a store without an application. @inline */
export type ObservedSessions = StoredSessionStore | { readonly store: StoredSessionStore }

/** Records one value of a metric, with the values of its labels. */
type RecordValue = (metric: MetricKey, value: number, labels?: { readonly [label: string]: string }) => void

export const storeOf = (sessions: ObservedSessions): StoredSessionStore =>
  'store' in sessions ? sessions.store : sessions

/**
 * Records the operations and events of a store from now on.
 *
 * @returns the function that ends the recording
 */
export function recordSessions({ events }: StoredSessionStore, record: RecordValue): () => void {
  const stops: (() => void)[] = []
  const on = <Name extends keyof SessionEvents>(name: Name, listener: (event: SessionEvents[Name][0]) => void) => {
    events.on(name, listener as never)
    stops.push(() => events.off(name, listener as never))
  }
  for (const name of operationNames) on(name, (operation) => recordOperation(record, name, operation))
  on('created', () => record('created', 1))
  on('regenerated', () => record('regenerated', 1))
  on('expired', ({ reason }) => record('ended', 1, { reason }))
  on('revoked', ({ sessions }) => record('ended', sessions, { reason: 'revoked' }))
  on('evicted', () => record('ended', 1, { reason: 'evicted' }))
  on('reused', ({ isEnded }) => {
    record('reused', 1)
    if (isEnded) record('ended', 1, { reason: 'reused' })
  })
  on('suspicious', () => record('suspicious', 1))
  on('unreadable', ({ reason }) => record('unreadable', 1, { reason }))
  on('bound', () => record('bound', 1))
  on('proven', () => record('proven', 1))
  on('unproven', () => record('unproven', 1))
  on('conflict', () => record('conflicts', 1))
  on('gone', () => record('gone', 1))
  on('historyWritten', ({ events: count }) => record('historyWritten', count))
  on('historyDropped', ({ events: count }) => record('historyDropped', count))
  on('fault', ({ operation, error }) => record('faults', 1, { operation, code: String((error as Coded).code) }))
  return () => {
    for (const stop of stops.splice(0)) stop()
  }
}

interface Coded extends Error {
  readonly code?: unknown
}

const MS = 1_000

function recordOperation(record: RecordValue, operation: OperationName, measured: SessionOperation): void {
  const { outcome = 'failed', durationMs = 0, databaseMs, cryptoMs, bytes, shared, sessions } = measured
  const labels = { operation }
  record('operationDuration', durationMs / MS, { operation, outcome })
  if (databaseMs !== undefined) record('databaseDuration', databaseMs / MS, labels)
  if (cryptoMs) record('cryptoDuration', cryptoMs / MS, labels)
  if (bytes !== undefined) record('payloadSize', bytes, labels)
  const together = shared ?? (operation === 'touch' ? sessions : undefined)
  if (together !== undefined) record('statementSessions', together, labels)
  if (operation === 'delete' && outcome === 'destroyed') record('ended', 1, { reason: outcome })
  if (operation === 'trim' && sessions) record('trimmed', sessions)
}
