import { type Attributes, type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api'
import { tracing } from '../instruments/channels.ts'
import { type OperationName, operationNames, type SessionOperation } from '../instruments/operation.ts'
import { isOperationOf, type Listeners } from '../instruments/trace.ts'
import { NAMESPACE, sourceAttributes } from './attributes.ts'

/** Their timers run in the context of the request that started them, but they do not belong to its trace. */
const BACKGROUND: readonly OperationName[] = ['touch', 'trim']

/**
 * Creates a span for every operation of one store, as a child of the active span.
 *
 * @returns the function that ends the tracing
 */
export function traceSessions(store: Listeners, tracer: Tracer): () => void {
  const stops = operationNames.map((name) => traceOperation(store, tracer, name))
  return () => {
    for (const stop of stops) stop()
  }
}

function traceOperation(store: Listeners, tracer: Tracer, name: OperationName): () => void {
  const spans = new WeakMap<SessionOperation, Span>()
  const begin = (message: unknown) => {
    const operation = message as SessionOperation
    if (!isOperationOf(operation, store)) return
    const root = BACKGROUND.includes(name)
    const attributes = { ...sourceAttributes(operation), [`${NAMESPACE}.operation`]: name }
    spans.set(operation, tracer.startSpan(`${NAMESPACE}.${name}`, { kind: SpanKind.INTERNAL, root, attributes }))
  }
  const finish = (message: unknown) => {
    const span = spans.get(message as SessionOperation)
    if (span) endSpan(span, message as SessionOperation)
  }
  const { start, asyncEnd } = tracing[name]
  start.subscribe(begin)
  asyncEnd.subscribe(finish)
  return () => {
    start.unsubscribe(begin)
    asyncEnd.unsubscribe(finish)
  }
}

function endSpan(span: Span, { error, ...operation }: SessionOperation): void {
  span.setAttributes(known(operation))
  if (error) {
    span.setAttribute('error.type', error.code)
    span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
  }
  span.end()
}

function known({ sid, outcome, bytes, shared, sessions, databaseMs, cryptoMs }: SessionOperation): Attributes {
  const attributes = { sid, outcome, sessions, 'payload.size': bytes, 'statement.sessions': shared }
  const durations = { 'database.duration': seconds(databaseMs), 'cryptography.duration': seconds(cryptoMs) }
  const given = Object.entries({ ...attributes, ...durations }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given.map(([name, value]) => [`${NAMESPACE}.${name}`, value]))
}

const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1_000)
