import Fastify, { type FastifyRequest } from 'fastify'
import { storedSession } from '../../src/index.ts'
import { secret } from '../support/stores.ts'

/** What the parent tells this process once it is to begin. */
export interface Begin {
  database: string
  port: number
  /** The option. */
  history?: { strict: boolean } | undefined
}

type Content = Record<string, unknown> & { user?: string }

// An application of its own process. Its modules are loaded long before it is told to begin, so that it begins at once.
process.once('message', async ({ database, port, history }: Begin) => {
  // A machine that is busy with the load may be slow to start it.
  const app = Fastify({ forceCloseConnections: true, pluginTimeout: 60_000 })
  await app.register(storedSession, {
    database,
    secret,
    cookie: { secure: false },
    // As often as it could ever be, and nearly always without anything to do.
    touchInterval: '50ms',
    trim: { interval: '1s' },
    user: (session) => (session as Content).user as string | undefined,
    ...(history && { history }),
  })
  app.post<{ Body: Content }>('/login', async (request) => {
    await request.session.regenerate()
    contentOf(request).user = request.body.user as string
    return {}
  })
  app.post<{ Body: Record<string, number> }>('/save', async (request, reply) => {
    const content = contentOf(request)
    if (!content.user) return reply.code(401).send({})
    for (const [key, count] of Object.entries(request.body)) content[key] = new Map([['count', count]])
    return {}
  })
  app.post<{ Body: { user: string } }>('/owner', async (request, reply) => {
    const content = contentOf(request)
    if (!content.user) return reply.code(401).send({})
    content.user = request.body.user
    return {}
  })
  app.post('/rotate', async (request, reply) => {
    if (!contentOf(request).user) return reply.code(401).send({})
    await app.storedSession.rotateId(request)
    return {}
  })
  app.get('/read', async (request) => {
    const { user, one, other } = contentOf(request)
    return { user, one: countOf(one), other: countOf(other) }
  })
  app.post('/logout', async (request) => {
    await request.session.destroy()
    return {}
  })
  await app.listen({ host: '127.0.0.1', port })
  process.send!('listening')
})

// Nobody is left who could end this process.
process.on('disconnect', () => process.exit())
process.send!('loaded')

const contentOf = (request: FastifyRequest) => request.session as unknown as Content

const countOf = (map: unknown) => (map instanceof Map ? map.get('count') : undefined)
