import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import fastifyCookie from '@fastify/cookie'
import fastifySession, { type SessionStore } from '@fastify/session'
import Fastify from 'fastify'
import { secret } from '../support/stores.ts'
import { peer } from './other-stores.ts'

/** An application with another store, as it was before, that really listens. */
export interface FormerApp {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

const PAGE = '<form method="post" action="/login"><button>Sign in</button></form>'

/** @fastify/session with the other store. */
export async function fastifyApp(store: SessionStore, cookie = {}): Promise<FormerApp> {
  // A browser opens connections ahead, which an orderly end would wait for.
  const app = Fastify({ forceCloseConnections: true })
  await app.register(fastifyCookie)
  await app.register(fastifySession, { secret, store, saveUninitialized: false, cookie: { secure: false, ...cookie } })
  // What a form without fields sends.
  app.addContentTypeParser('application/x-www-form-urlencoded', (_request, body, done) => {
    body.resume().on('end', () => done(null))
  })
  app.get('/', async (_request, reply) => reply.type('text/html').send(PAGE))
  app.post('/login', async (request) => {
    await request.session.regenerate()
    Object.assign(request.session, { userId: 'ada', n: 7 })
    return { id: request.session.sessionId }
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port, close: () => app.close() }
}

type ExpressRequest = IncomingMessage & { session: Record<string, unknown>; sessionID: string; originalUrl?: string }

/** express-session itself, which runs wherever there is a request and a response. */
export async function expressApp(store: SessionStore): Promise<FormerApp> {
  const session = peer('express-session')({ secret, store, resave: false, saveUninitialized: false })
  const server = createServer((message, response: ServerResponse) => {
    const request = message as ExpressRequest
    request.originalUrl = request.url ?? '/'
    session(request, response, (error: unknown) => {
      if (error) return void response.writeHead(500).end()
      if (request.method !== 'POST') return void response.setHeader('content-type', 'text/html').end(PAGE)
      Object.assign(request.session, { userId: 'grace', n: 8 })
      response.end(JSON.stringify({ id: request.sessionID }))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${port}`, port, close }
}

/** Signs in over HTTP; the cookie is what a browser would send back. */
export async function signInAt({ url }: FormerApp): Promise<{ id: string; cookie: string }> {
  const response = await fetch(`${url}/login`, { method: 'POST' })
  const { id } = (await response.json()) as { id: string }
  return { id, cookie: response.headers.getSetCookie()[0]!.split(';')[0]! }
}
