import { type Channel, channel, type TracingChannel, tracingChannel } from 'node:diagnostics_channel'
import { type OperationName, operationNames, type SessionOperation, type Source } from './operation.ts'

/** Plain channels: each publishes one kind of event of a session. */
export const eventChannelNames = [
  'created',
  'regenerated',
  'expired',
  'reused',
  'suspicious',
  'revoked',
  'bound',
  'proven',
  'unproven',
  'gone',
  'conflict',
  'unreadable',
  'historyWritten',
  'historyDropped',
] as const

/** The prefix of every name. */
const PREFIX = 'stored-session:'

/** One tracing channel for each operation. */
export const tracing = Object.fromEntries(
  operationNames.map((name) => [name, tracingChannel(`${PREFIX}${name}`)]),
) as unknown as Record<OperationName, TracingChannel<unknown, SessionOperation>>

const plain = new Map<string, Channel>(eventChannelNames.map((name) => [name, channel(`${PREFIX}${name}`)]))

/** Whether a channel, plain or tracing, has a subscriber. */
export function isSubscribed(name: string): boolean {
  return plain.get(name)?.hasSubscribers ?? tracing[name as OperationName]?.hasSubscribers ?? false
}

/** Publishes an event of a table, if its channel has subscribers. */
export function publishEvent(name: string, event: object, source: Source | undefined): void {
  const target = plain.get(name)
  if (target?.hasSubscribers) target.publish({ ...source, ...publicPartOf(event) })
}

// The names of session properties may reveal content.
function publicPartOf(event: object & { keys?: readonly string[] }): object {
  const { keys, ...rest } = event
  return keys ? { ...rest, conflicts: keys.length } : rest
}
