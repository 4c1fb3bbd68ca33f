import { type MeterProvider, metrics as metricsApi, type TracerProvider, trace } from '@opentelemetry/api'
import { attributesOf, NAMESPACE, sourceAttributes } from './attributes.ts'
import { type Metric, type MetricKey, metrics } from './metrics.ts'
import { type ObservedSessions, recordSessions, storeOf } from './recording.ts'
import { traceSessions } from './spans.ts'

/** Where metrics and spans go. */
export interface SessionTelemetryOptions {
  /** @defaultValue the global one */
  meterProvider?: MeterProvider
  /** @defaultValue the global one */
  tracerProvider?: TracerProvider
  /** Whether operations are spans, those of a request below the span that is active in it. @defaultValue true */
  spans?: boolean
}

/** Telemetry that is being recorded. */
export interface SessionTelemetry {
  /** Records no more. */
  stop(): void
}

/**
 * Records what an application does with its sessions as metrics and spans of OpenTelemetry.
 *
 * @param sessions - `app.storedSession`, or a store that stands alone
 * @example
 * ```ts
 * sessionTelemetry(app.storedSession)
 * ```
 */
export function sessionTelemetry(
  sessions: ObservedSessions,
  { meterProvider, tracerProvider, spans = true }: SessionTelemetryOptions = {},
): SessionTelemetry {
  const store = storeOf(sessions)
  const stops = [recordMetrics(store, (meterProvider ?? metricsApi).getMeter(NAMESPACE))]
  if (spans) stops.push(traceSessions(store.events, (tracerProvider ?? trace).getTracer(NAMESPACE)))
  return {
    stop() {
      for (const stop of stops.splice(0)) stop()
    },
  }
}

type Meter = ReturnType<MeterProvider['getMeter']>

function recordMetrics(store: ReturnType<typeof storeOf>, meter: Meter): () => void {
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
