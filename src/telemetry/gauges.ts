import type { Metric } from './metrics.ts'

/** Metrics that are read on request, not recorded. */
export const gauges = {
  sessions: {
    name: 'stored_session.sessions',
    kind: 'gauge',
    unit: '{session}',
    description: 'Sessions in the table, estimated where it is large',
    labels: ['state'],
  },
  deviceBound: {
    name: 'stored_session.device.sessions',
    kind: 'gauge',
    unit: '{session}',
    description: 'Live sessions that are bound to a device, estimated where the table is large',
    labels: [],
  },
  keyRows: {
    name: 'stored_session.key.rows',
    kind: 'gauge',
    unit: '{row}',
    description: 'Rows that each key sealed, by its id',
    labels: ['key'],
  },
  trimBacklog: {
    name: 'stored_session.trim.backlog',
    kind: 'gauge',
    unit: '{row}',
    description: 'Rows that the last trimming left, counted up to 10,000',
    labels: [],
  },
  historyWaiting: {
    name: 'stored_session.history.waiting',
    kind: 'gauge',
    unit: '{event}',
    description: 'Events of the history that wait to be stored by this process',
    labels: [],
  },
} as const satisfies Record<string, Metric>

export type GaugeKey = keyof typeof gauges
