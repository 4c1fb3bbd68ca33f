import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import storedSession, { type StoredSessionOptions } from '../../src/index.ts'
import { OpenSockets, SESSION_OVER } from './open-sockets.ts'

declare module 'fastify' {
  interface Session {
    userId?: string
    draft?: string
  }
}

/** Milliseconds between two looks at what ended elsewhere: for so long a socket may outlive its session. */
const INTERVAL_MS = 30_000

/** WebSockets with @fastify/websocket, which know the session of their handshake and end with it. */
export async function websocketApp(options: StoredSessionOptions, interval = INTERVAL_MS): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(storedSession, {
    cookie: { secure: 'auto', sameSite: 'lax' },
    user: (session) => session.userId,
    ...options,
  })
  await app.register(websocket)
  const sockets = new OpenSockets(app, interval)

  // Hooks run before the connection is upgraded, and may refuse it. Browsers let any site open a socket here, with the
  // cookie unless it is sameSite; only the header Origin tells which one it was.
  app.get('/draft', { websocket: true, preValidation: refuseOthers }, (socket, request) => {
    // At once, before anything is awaited: what comes meanwhile would be lost.
    socket.on('message', (text) => {
      // Nobody else waits for this promise: if it were left alone, a fault of the database would end the process.
      keepDraft(socket, request, String(text)).catch((err) => {
        request.log.error({ err }, 'a message was not kept')
        socket.close(1013, 'try again later')
      })
    })
    sockets.add(socket, request.session.userId!, request.session)
  })

  app.get('/draft.json', async ({ session: { userId, draft } }) => ({ userId, draft }))
  app.post('/login', async (request) => {
    await request.session.regenerate()
    request.session.userId = 'ada' // check a password first
    return { ok: true }
  })
  app.post('/logout', async ({ session }) => {
    await session.destroy()
    return { ok: true }
  })
  return app
}

async function keepDraft(socket: WebSocket, request: FastifyRequest, draft: string): Promise<void> {
  // The session of the handshake may be hours old: read what others changed, and whether it is over. Counts as a use.
  await request.session.reload()
  const { session } = request
  if (!session.userId) return socket.close(SESSION_OVER, 'session over')
  session.draft = draft
  // There is no response that would save it.
  await session.save()
  socket.send(`kept ${draft.length} characters`)
}

async function refuseOthers({ headers, host, session }: FastifyRequest) {
  const { origin } = headers
  if (origin && (!URL.canParse(origin) || new URL(origin).host !== host)) throw refusal(403, 'from another site')
  if (!session.userId) throw refusal(401, 'please sign in')
}

const refusal = (statusCode: number, message: string) => Object.assign(new Error(message), { statusCode })
