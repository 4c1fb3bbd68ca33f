/** Metrics for prom-client. @module stored-session/prometheus */

import {
  Counter,
  Gauge,
  Histogram,
  type OpenMetricsContentType,
  type Registry,
  register as standardRegister,
} from 'prom-client'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import { GaugeReadings } from './gauge-readings.ts'
import { type GaugeKey, gauges as gaugeMetrics } from './gauges.ts'
import { type Metric, type MetricKey, metrics, prometheusName } from './metrics.ts'
import { type ObservedSessions, recordSessions, storeOf } from './recording.ts'

/** A register of prom-client, with any format. @inline */
type AnyRegistry = Registry | Registry<OpenMetricsContentType>

/**
 * The options of {@link sessionMetrics}: the destination of the metrics, and their selection.
 *
 * @example
 * ```ts
 * const options: SessionMetricsOptions = { register: new Registry(), gauges: false }
 * ```
 */
export interface SessionMetricsOptions {
  /** The destination of the metrics. @defaultValue the standard register of prom-client */
  register?: AnyRegistry
  /**
   * Whether to read the table for gauges on request: a sample at most once a minute, and the whole table, for the rows
   * of each key, at most once in 15 minutes. One of several processes is enough. @defaultValue true
   */
  gauges?: boolean
}

/** Active metrics. */
export interface SessionMetrics {
  /** Ends the recording. Recorded values stay, except gauges. */
  stop(): void
}

/**
 * Records the session operations of an application as metrics of prom-client. Several applications may share a
 * register: the label `table` distinguishes them.
 *
 * @param sessions - `app.storedSession`, or a store without an application
 * @param options - the register, and what to record
 * @returns the recording, which runs until `stop()`
 * @example
 * ```ts
 * import { register } from 'prom-client'
 *
 * sessionMetrics(app.storedSession)
 * app.get('/metrics', () => register.metrics())
 * ```
 */
export function sessionMetrics(
  sessions: ObservedSessions,
  { register = standardRegister, gauges = true }: SessionMetricsOptions = {},
): SessionMetrics {
  const store = storeOf(sessions)
  const instruments = instrumentsOf(register)
  const stops = gauges ? [exportGauges(register, store)] : []
  const stop = recordSessions(store, (key, value, labels) => {
    const instrument = instruments[key]
    const all = { ...labels, table: tableOf(store) }
    if (instrument instanceof Histogram) instrument.observe(all, value)
    else instrument.inc(all, value)
  })
  stops.push(stop)
  return {
    stop() {
      for (const end of stops.splice(0)) end()
    },
  }
}

const tableOf = ({ events }: StoredSessionStore) => events.source?.table ?? ''

type Instrument = Counter | Histogram

function instrumentsOf(register: AnyRegistry): Record<MetricKey, Instrument> {
  const made = Object.entries(metrics).map(([key, metric]) => [key, instrumentOf(metric, register)])
  return Object.fromEntries(made) as Record<MetricKey, Instrument>
}

// Applications share the instruments of a register, whichever application created them.
function instrumentOf(metric: Metric, register: AnyRegistry): Instrument {
  const name = prometheusName(metric)
  const known = register.getSingleMetric(name) as Instrument | undefined
  if (known) return known
  const options = { name, help: metric.description, labelNames: ['table', ...metric.labels], registers: [register] }
  return metric.kind === 'counter' ? new Counter(options) : new Histogram({ ...options, buckets: [...metric.buckets!] })
}

/** The stores whose gauges a register reads. */
const exporting = new WeakMap<AnyRegistry, Set<GaugeReadings>>()

function exportGauges(register: AnyRegistry, store: StoredSessionStore): () => void {
  const all = exporting.get(register) ?? new Set()
  exporting.set(register, all)
  const readings = new GaugeReadings(store)
  all.add(readings)
  for (const key of Object.keys(gaugeMetrics) as GaugeKey[]) exportGauge(register, key, all)
  return () => {
    readings.stop()
    all.delete(readings)
  }
}

function exportGauge(register: AnyRegistry, key: GaugeKey, all: Set<GaugeReadings>): void {
  const metric: Metric = gaugeMetrics[key]
  const name = prometheusName(metric)
  if (register.getSingleMetric(name)) return
  const labelNames = ['table', ...metric.labels]
  new Gauge({
    name,
    help: metric.description,
    labelNames,
    registers: [register],
    async collect() {
      const found = await Promise.all([...all].map(async (one) => ({ one, readings: await one.read(key) })))
      this.reset()
      for (const { one, readings } of found) {
        for (const { value, labels } of readings) this.set({ ...labels, table: tableOf(one.store) }, value)
      }
    },
  })
}
