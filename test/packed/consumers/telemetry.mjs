import assert from 'node:assert/strict'
import { StoredSessionStore } from 'stored-session'

const store = new StoredSessionStore({
  database: 'sqlite::memory:',
  secret: 'a secret of well over thirty-two characters',
})

async function prometheus() {
  const { sessionMetrics } = await import('stored-session/prometheus')
  const { register } = await import('prom-client')
  sessionMetrics(store)
  await new Promise((resolve) => store.get('nobody', resolve))
  assert.match(await register.metrics(), /stored_session_operation_duration_seconds_count\{.*outcome="unknown".*\} 1/)
}

async function otel() {
  const { sessionTelemetry } = await import('stored-session/otel')
  sessionTelemetry(store).stop()
}

for (const measure of [prometheus, otel]) {
  const { message } = await measure().then(
    () => ({ message: 'measured' }),
    (error) => error,
  )
  console.log(`${measure.name}: ${message.split(' imported')[0]}`)
}
await store.close()
