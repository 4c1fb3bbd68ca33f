import Fastify, { type FastifyInstance } from 'fastify'
import storedSession, { type StoredSessionOptions } from '../../src/index.ts'

declare module 'fastify' {
  interface Session {
    userId?: string
  }
}

/** An application for a host that stops the process between two requests, and may end it without a word. */
export async function serverlessApp(options: StoredSessionOptions): Promise<FastifyInstance> {
  // The gateway is trusted, which says in x-forwarded-proto that the browser came by https, and nobody before it: with
  // `true` the address of a client would be whatever it claims.
  const app = Fastify({ logger: { level: 'warn' }, trustProxy: (_address, hop) => hop === 0 })
  await app.register(storedSession, {
    // No timer would run: a scheduled call trims.
    trim: false,
    // Migrations belong to the deployment, and not into the first request of every process.
    migrate: false,
    cookie: { secure: true, sameSite: 'lax' },
    user: (session) => session.userId,
    ...options,
  })

  app.post<{ Body: { name: string } }>('/login', async (request) => {
    await request.session.regenerate()
    request.session.userId = request.body.name // check a password first
    return { ok: true }
  })
  app.get('/me', async ({ session, sessionEndReason, ip }, reply) =>
    session.userId ? { userId: session.userId, ip } : reply.code(401).send({ ended: sessionEndReason }),
  )
  app.post('/logout', async ({ session }) => {
    await session.destroy()
    return { ok: true }
  })
  return app
}
