import Fastify from 'fastify'
import storedSession from '../../src/index.ts'

declare module 'fastify' {
  interface Session {
    userId?: string
    basket?: string
    address?: string
  }
}

/** How long requests that are being answered may delay the end. */
const PATIENCE_MS = 5_000

// Nothing of a session is kept here: any instance answers any request, and each may end at any time.
const app = Fastify({ logger: { level: 'warn' }, trustProxy: 'loopback' })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
// What started this one is gone, however it ended.
process.once('disconnect', stop)

await app.register(storedSession, {
  // What all instances have in common: the database and the secret.
  database: process.env.DATABASE_URL!,
  secret: process.env.SESSION_SECRET!,
  // Started together, one migrates and the others wait.
  migrate: true,
  cookie: { secure: 'auto', sameSite: 'lax' },
  user: (session) => session.userId,
})
app.addHook('onRequest', async (_request, reply) => void reply.header('x-instance', process.pid))

app.post<{ Body: { name: string } }>('/login', async (request) => {
  await request.session.regenerate()
  request.session.userId = request.body.name // check a password first
  return { ok: true }
})
app.get('/me', async ({ session, sessionEndReason }, reply) => {
  const { userId, basket, address } = session
  return userId ? { userId, basket, address } : reply.code(401).send({ ended: sessionEndReason })
})
// Two requests that change different keys at the same time, here and in other instances: both changes stand.
app.put<{ Body: { basket?: string; address?: string } }>('/me', async ({ session, body }, reply) => {
  if (!session.userId) return reply.code(401).send()
  Object.assign(session, body)
  return { ok: true }
})
app.post('/logout', async ({ session }) => {
  await session.destroy()
  return { ok: true }
})

const address = await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT || 0) })
if (process.send) process.send({ address })
else console.log(`Listening on ${address}`)

/** Nothing has to be forced: when the server and its database are closed, the process ends by itself. */
async function stop(): Promise<void> {
  setTimeout(() => app.server.closeAllConnections(), PATIENCE_MS).unref()
  await app.close()
  if (process.connected) process.disconnect()
}
