/** Metrics and spans for OpenTelemetry. @module stored-session/otel */

import {
  type MeterProvider,
  metrics as metricsApi,
  type ObservableResult,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import { attributesOf, NAMESPACE, sourceAttributes } from './attributes.ts'
import { GaugeReadings } from './gauge-readings.ts'
import { type GaugeKey, gauges as gaugeMetrics } from './gauges.ts'
import { type Metric, type MetricKey, metrics } from './metrics.ts'
import { type ObservedSessions, recordSessions, storeOf } from './recording.ts'
import { traceSessions } from './spans.ts'

/**
 * The options of {@link sessionTelemetry}: the destinations of metrics and spans, and their selection.
 *
 * @example
 * ```ts
 * const options: SessionTelemetryOptions = { spans: false, gauges: false }
 * ```
 */
export interface SessionTelemetryOptions {
  /** The destination of the metrics. @defaultValue the global provider */
  meterProvider?: MeterProvider
  /** The destination of the spans. @defaultValue the global provider */
  tracerProvider?: TracerProvider
  /** Whether operations are spans. A request's operations are children of its active span. @defaultValue true */
  spans?: boolean
  /**
   * Whether to read the table for gauges on request: a sample at most once a minute, and the whole table, for the rows
   * of each key, at most once in 15 minutes. One of several processes is enough. @defaultValue true
   */
  gauges?: boolean
}

/** Active telemetry. */
export interface SessionTelemetry {
  /** Ends the recording. */
  stop(): void
}

/**
 * Records the session operations of an application as metrics and spans of OpenTelemetry.
 *
 * @param sessions - `app.storedSession`, or a store without an application
 * @param options - the destinations, and what to record
 * @returns the recording, which runs until `stop()`
 * @see OpenTelemetry, Semantic conventions for database calls and systems
 * @example
 * ```ts
 * const telemetry = sessionTelemetry(app.storedSession)
 * app.addHook('onClose', async () => telemetry.stop())
 * ```
 */
export function sessionTelemetry(
  sessions: ObservedSessions,
  { meterProvider, tracerProvider, spans = true, gauges = true }: SessionTelemetryOptions = {},
): SessionTelemetry {
  const store = storeOf(sessions)
  const meter = (meterProvider ?? metricsApi).getMeter(NAMESPACE)
  const stops = [recordMetrics(store, meter)]
  if (gauges) stops.push(observeGauges(store, meter))
  if (spans) stops.push(traceSessions(store.events, (tracerProvider ?? trace).getTracer(NAMESPACE)))
  return {
    stop() {
      for (const stop of stops.splice(0)) stop()
    },
  }
}

type Meter = ReturnType<MeterProvider['getMeter']>

function recordMetrics(store: StoredSessionStore, meter: Meter): () => void {
  const record = Object.fromEntries(
    Object.entries(metrics).map(([key, metric]) => [key, recorderOf(metric, meter)]),
  ) as Record<MetricKey, ReturnType<typeof recorderOf>>
  return recordSessions(store, (key, value, labels = {}) => {
    record[key](value, { ...sourceAttributes(store.events.source), ...attributesOf(labels) })
  })
}

function recorderOf({ name, kind, unit, description, buckets }: Metric, meter: Meter) {
  if (kind === 'counter') {
    const counter = meter.createCounter(name, { unit, description })
    return (value: number, attributes: Record<string, string>) => counter.add(value, attributes)
  }
  const advice = { explicitBucketBoundaries: [...(buckets ?? [])] }
  const histogram = meter.createHistogram(name, { unit, description, advice })
  return (value: number, attributes: Record<string, string>) => histogram.record(value, attributes)
}

function observeGauges(store: StoredSessionStore, meter: Meter): () => void {
  const readings = new GaugeReadings(store)
  const stops = Object.entries(gaugeMetrics).map(([key, { name, unit, description }]) => {
    const gauge = meter.createObservableGauge(name, { unit, description })
    const observe = async (result: ObservableResult) => {
      for (const { value, labels } of await readings.read(key as GaugeKey)) {
        result.observe(value, { ...sourceAttributes(store.events.source), ...attributesOf(labels) })
      }
    }
    gauge.addCallback(observe)
    return () => gauge.removeCallback(observe)
  })
  return () => {
    readings.stop()
    for (const stop of stops) stop()
  }
}
