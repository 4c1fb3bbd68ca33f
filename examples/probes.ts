import underPressure from '@fastify/under-pressure'
import Fastify, { type FastifyInstance } from 'fastify'
import storedSession, { type StoredSessionOptions } from '../src/index.ts'

/** Milliseconds between two looks at the health, for all requests together. */
const INTERVAL_MS = 1_000

/**
 * An application with the probes of an orchestrator, such as Kubernetes, and with @fastify/under-pressure:
 *
 * ```yaml
 * livenessProbe: { httpGet: { path: /live, port: 3000 } }
 * readinessProbe: { httpGet: { path: /ready, port: 3000 }, timeoutSeconds: 6 }
 * ```
 */
export async function probedApp(options: StoredSessionOptions, interval = INTERVAL_MS): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(storedSession, options)

  // Of the process alone: to restart it would not bring a database back.
  app.get('/live', async () => ({ ok: true }))

  // While this is 503, requests go to other instances. health() waits for operationTimeout at most, 5 seconds.
  app.get('/ready', async (_request, reply) => {
    const health = await app.storedSession.health()
    return reply.code(health.ok ? 200 : 503).send(health)
  })

  // In a context of its own, so that the probes are answered under pressure too.
  await app.register(async (pages) => {
    await pages.register(underPressure, {
      healthCheck: async () => (await app.storedSession.health()).ok,
      healthCheckInterval: interval,
      exposeStatusRoute: '/status',
    })
    pages.get('/', async (request) => ({ visits: (request.session as { visits?: number }).visits ?? 0 }))
  })
  return app
}
