import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { after, afterEach, before, beforeEach, mock, test } from 'node:test'
import { type Context, type ContextManager, context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { StoredSessionStore } from '../../src/index.ts'
import { type SessionTelemetry, sessionTelemetry } from '../../src/telemetry/otel.ts'
import { databases } from '../harness/databases.ts'
import { type FailingDatabase, failingDatabase } from '../support/failing-database.ts'
import { handleOf } from '../support/rows.ts'
import { destroy, load, newSession, save } from '../support/sessions.ts'
import { newId, storesOn } from '../support/stores.ts'

/** As applications have one from an SDK for Node. */
class AsyncContext implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>()
  active() {
    return this.#storage.getStore() ?? ROOT_CONTEXT
  }
  with<Args extends unknown[], Work extends (...args: Args) => ReturnType<Work>>(
    active: Context,
    work: Work,
    thisArg?: ThisParameterType<Work>,
    ...args: Args
  ): ReturnType<Work> {
    return this.#storage.run(active, () => work.apply(thisArg, args))
  }
  bind<Bound>(_context: Context, bound: Bound): Bound {
    return bound
  }
  enable() {
    return this
  }
  disable() {
    return this
  }
}

const suite = storesOn(databases[0]!)
const spans = new InMemorySpanExporter()
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
const meterProvider = new MeterProvider({ readers: [reader] })

let failing: FailingDatabase
let store: StoredSessionStore
let telemetry: SessionTelemetry

before(() => context.setGlobalContextManager(new AsyncContext()))
beforeEach(async () => {
  failing = await failingDatabase(suite.database)
  store = await suite.another({ database: failing.database, migrate: false })
  telemetry = sessionTelemetry(store, { tracerProvider, meterProvider, gauges: false })
  spans.reset()
})
afterEach(async () => {
  telemetry.stop()
  await store.close()
  await failing.close()
})
after(async () => {
  context.disable()
  await meterProvider.shutdown()
  await tracerProvider.shutdown()
})

const finished = () => spans.getFinishedSpans()
const named = (name: string) => finished().filter((span) => span.name === `stored_session.${name}`)

test('reads and saves are spans below the one that is active, with the hashed id and the outcome', async () => {
  const id = newId()
  const request = tracerProvider.getTracer('test').startSpan('GET /')
  await context.with(trace.setSpan(ROOT_CONTEXT, request), async () => {
    await save(store, id, newSession({ n: 1 }))
    await Promise.all([load(store, id), load(store, newId())])
  })
  request.end()
  for (const span of [...named('write'), ...named('read')]) {
    assert.equal(span.parentSpanContext?.spanId, request.spanContext().spanId)
    assert.equal(span.spanContext().traceId, request.spanContext().traceId)
  }
  const [read, missed] = named('read')
  assert.deepEqual(
    [read!.attributes['stored_session.outcome'], missed!.attributes['stored_session.outcome']],
    ['found', 'unknown'],
  )
  assert.equal(read!.attributes['stored_session.sid'], handleOf(id))
  assert.deepEqual(
    [read!.attributes['db.system.name'], read!.attributes['db.collection.name']],
    [{ pg: 'postgresql', mysql: 'mysql', sqlite: 'sqlite' }[suite.database.dialect], 'stored_sessions'],
  )
  assert.equal(named('write').length, 1)
})

test('a failure is the status of its span, by its codes', async () => {
  failing.failing.add('read')
  await assert.rejects(load(store, newId()))
  const [span] = named('read')
  assert.deepEqual(span!.status, {
    code: SpanStatusCode.ERROR,
    message: 'FST_STORED_SESSION_UNAVAILABLE, caused by ECONNRESET',
  })
  assert.equal(span!.attributes['error.type'], 'FST_STORED_SESSION_UNAVAILABLE')
  assert.ok(!JSON.stringify(span!.attributes).includes('10.0.0.7'))
})

test('the operations of another store are not ours, and after stop() none are', async () => {
  await load(suite.store, newId())
  assert.deepEqual(finished(), [])
  await load(store, newId())
  telemetry.stop()
  await load(store, newId())
  assert.equal(finished().length, 1)
})

test('trimming in the background is nobody else’s span', async () => {
  const request = tracerProvider.getTracer('test').startSpan('GET /')
  await context.with(trace.setSpan(ROOT_CONTEXT, request), () => store.trim())
  assert.equal(named('trim')[0]!.parentSpanContext, undefined)
})

test('metrics go to the meter, with units and few attributes, and spans can be left out', async () => {
  telemetry.stop()
  telemetry = sessionTelemetry(store, { tracerProvider, meterProvider, spans: false, gauges: false })
  const id = newId()
  await save(store, id, newSession({ n: 1 }))
  await load(store, id)
  await destroy(store, id)
  failing.failing.add('read')
  await assert.rejects(load(store, id))
  await reader.forceFlush()
  const exported = exporter
    .getMetrics()
    .at(-1)!
    .scopeMetrics.flatMap(({ metrics }) => metrics)
  const metric = (name: string) => exported.find(({ descriptor }) => descriptor.name === `stored_session.${name}`)!
  const duration = metric('operation.duration')
  assert.equal(duration.descriptor.unit, 's')
  const ended = metric('ended').dataPoints.map(({ attributes, value }) => [attributes['stored_session.reason'], value])
  assert.deepEqual(ended, [['destroyed', 1]])
  assert.equal(metric('payload.size').descriptor.unit, 'By')
  const names = exported.flatMap(({ dataPoints }) => dataPoints.flatMap(({ attributes }) => Object.keys(attributes)))
  assert.deepEqual([...new Set(names)].toSorted(), [
    'db.collection.name',
    'db.system.name',
    'error.type',
    'stored_session.operation',
    'stored_session.outcome',
    'stored_session.reason',
  ])
  assert.deepEqual(finished(), [])
})

test('gauges are observed, until stop()', async () => {
  const provider = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const readers = [new PeriodicExportingMetricReader({ exporter: provider, exportIntervalMillis: 3_600_000 })]
  const own = new MeterProvider({ readers })
  const observing = sessionTelemetry(store, { meterProvider: own, spans: false })
  await store.trim()
  await own.forceFlush()
  const exported = provider.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
  const states = exported.flatMap(({ descriptor, dataPoints }) => {
    return dataPoints.map(({ attributes }) => attributes['stored_session.state'] ?? descriptor.name)
  })
  for (const state of ['live', 'ended', 'expired', 'stored_session.key.rows', 'stored_session.trim.backlog']) {
    assert.ok(states.includes(state), state)
  }
  observing.stop()
  mock.timers.enable({ apis: ['Date'], now: Date.now() + 3_600_000 })
  const stats = mock.method(store, 'stats')
  await own.forceFlush()
  assert.equal(stats.mock.callCount(), 0)
  mock.timers.reset()
  await own.shutdown()
})
