import {
  Counter,
  Histogram,
  type OpenMetricsContentType,
  type Registry,
  register as standardRegister,
} from 'prom-client'
import { type Metric, type MetricKey, metrics, prometheusName } from './metrics.ts'
import { type ObservedSessions, recordSessions, storeOf } from './recording.ts'

type AnyRegistry = Registry | Registry<OpenMetricsContentType>

/** Where the metrics go. */
export interface SessionMetricsOptions {
  /** @defaultValue the standard register of prom-client */
  register?: AnyRegistry
}

/** Metrics that are being recorded. */
export interface SessionMetrics {
  /** Records no more; what was recorded stays. */
  stop(): void
}

/**
 * Records what an application does with its sessions as metrics of prom-client. Several applications may share a
 * register: the label `table` tells them apart.
 *
 * @param sessions - `app.storedSession`, or a store that stands alone
 * @example
 * ```ts
 * sessionMetrics(app.storedSession)
 * app.get('/metrics', () => register.metrics())
 * ```
 */
export function sessionMetrics(
  sessions: ObservedSessions,
  { register = standardRegister }: SessionMetricsOptions = {},
): SessionMetrics {
  const store = storeOf(sessions)
  const instruments = instrumentsOf(register)
  const stop = recordSessions(store, (key, value, labels) => {
    const instrument = instruments[key]
    const all = { ...labels, table: store.events.source?.table ?? '' }
    if (instrument instanceof Histogram) instrument.observe(all, value)
    else instrument.inc(all, value)
  })
  return { stop }
}

type Instrument = Counter | Histogram

function instrumentsOf(register: AnyRegistry): Record<MetricKey, Instrument> {
  const made = Object.entries(metrics).map(([key, metric]) => [key, instrumentOf(metric, register)])
  return Object.fromEntries(made) as Record<MetricKey, Instrument>
}

// One that another application made is everybody's.
function instrumentOf(metric: Metric, register: AnyRegistry): Instrument {
  const name = prometheusName(metric)
  const known = register.getSingleMetric(name) as Instrument | undefined
  if (known) return known
  const options = { name, help: metric.description, labelNames: ['table', ...metric.labels], registers: [register] }
  return metric.kind === 'counter' ? new Counter(options) : new Histogram({ ...options, buckets: [...metric.buckets!] })
}
