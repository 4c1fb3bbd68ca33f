import { randomBytes } from 'node:crypto'
import secureSession from '@fastify/secure-session'
import Fastify from 'fastify'
import { limitedSession } from 'stored-session/limits'

const app = Fastify()
await app.register(secureSession, { key: randomBytes(32) })
await app.register(limitedSession, { idleTimeout: '2h' })
app.get('/', async (request) => {
  // What @fastify/secure-session says of it, and nothing of @fastify/session.
  const content: object | undefined = request.session.data()
  return { content, reason: request.sessionEndReason ?? 'none' }
})
const { reason } = (await app.inject('/')).json()
console.log(`limited: ${reason}`)
await app.close()
