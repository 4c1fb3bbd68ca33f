/** A measurement, in OpenTelemetry terms. The names for Prometheus are derived from it. */
export interface Metric {
  readonly name: string
  readonly kind: 'counter' | 'histogram' | 'gauge'
  /** In UCUM: seconds, bytes, or the counted thing in braces. */
  readonly unit: string
  readonly description: string
  /** The labels in addition to table and database. Each has few values. */
  readonly labels: readonly string[]
  /** The upper bounds of a histogram's buckets, in its unit. */
  readonly buckets?: readonly number[]
}

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const BYTES = [128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 65_536, 262_144, 1_048_576]
const SESSIONS = [1, 2, 4, 8, 16, 32, 64, 128, 256]

/** Metrics that are recorded as events happen. */
export const metrics = {
  operationDuration: {
    name: 'stored_session.operation.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time that operations on sessions took',
    labels: ['operation', 'outcome'],
    buckets: SECONDS,
  },
  databaseDuration: {
    name: 'stored_session.database.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time that operations waited for the database',
    labels: ['operation'],
    buckets: SECONDS,
  },
  cryptoDuration: {
    name: 'stored_session.cryptography.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time that operations took to encrypt and decrypt, key lookups included',
    labels: ['operation'],
    buckets: SECONDS,
  },
  payloadSize: {
    name: 'stored_session.payload.size',
    kind: 'histogram',
    unit: 'By',
    description: 'Size of the sealed payloads that were read or written',
    labels: ['operation'],
    buckets: BYTES,
  },
  statementSessions: {
    name: 'stored_session.statement.sessions',
    kind: 'histogram',
    unit: '{session}',
    description: 'Sessions that shared one statement',
    labels: ['operation'],
    buckets: SESSIONS,
  },
  created: {
    name: 'stored_session.created',
    kind: 'counter',
    unit: '{session}',
    description: 'Sessions that were stored for the first time',
    labels: [],
  },
  regenerated: {
    name: 'stored_session.regenerated',
    kind: 'counter',
    unit: '{session}',
    description: 'Sessions that got a new id',
    labels: [],
  },
  reused: {
    name: 'stored_session.reused',
    kind: 'counter',
    unit: '{session}',
    description: 'Old ids that were used while later ids of their session are in use',
    labels: [],
  },
  suspicious: {
    name: 'stored_session.suspicious',
    kind: 'counter',
    unit: '{session}',
    description: 'Sessions that changed country or kind of device faster than their user can have',
    labels: [],
  },
  ended: {
    name: 'stored_session.ended',
    kind: 'counter',
    unit: '{session}',
    description: 'Sessions that were ended, or that a request found expired',
    labels: ['reason'],
  },
  bound: {
    name: 'stored_session.device.bound',
    kind: 'counter',
    unit: '{session}',
    description: 'Sessions that were bound to a device',
    labels: [],
  },
  proven: {
    name: 'stored_session.device.proven',
    kind: 'counter',
    unit: '{proof}',
    description: 'Proofs by which devices renewed their cookies',
    labels: [],
  },
  unproven: {
    name: 'stored_session.device.unproven',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests that named a bound session without a proof of its device',
    labels: [],
  },
  unreadable: {
    name: 'stored_session.unreadable',
    kind: 'counter',
    unit: '{read}',
    description: 'Reads of stored sessions that do not open',
    labels: ['reason'],
  },
  conflicts: {
    name: 'stored_session.conflicts',
    kind: 'counter',
    unit: '{save}',
    description: 'Saves that changed the same keys as another request',
    labels: [],
  },
  gone: {
    name: 'stored_session.gone',
    kind: 'counter',
    unit: '{save}',
    description: 'Saves that came after the end of their session',
    labels: [],
  },
  faults: {
    name: 'stored_session.faults',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests that failed because of the database or the key provider',
    labels: ['operation', 'code'],
  },
  trimmed: {
    name: 'stored_session.trimmed',
    kind: 'counter',
    unit: '{row}',
    description: 'Rows that trimming deleted',
    labels: [],
  },
  historyWritten: {
    name: 'stored_session.history.written',
    kind: 'counter',
    unit: '{event}',
    description: 'Events of the history that were stored',
    labels: [],
  },
  historyDropped: {
    name: 'stored_session.history.dropped',
    kind: 'counter',
    unit: '{event}',
    description: 'Events of the history that were lost, because too many waited',
    labels: [],
  },
} as const satisfies Record<string, Metric>

export type MetricKey = keyof typeof metrics

const UNITS: Record<string, string> = { s: '_seconds', By: '_bytes' }

/** The name of a metric in Prometheus. It is the same when the metric arrives through OpenTelemetry. */
export function prometheusName({ name, unit, kind }: Metric): string {
  return `${name.replaceAll('.', '_')}${UNITS[unit] ?? ''}${kind === 'counter' ? '_total' : ''}`
}
