import Fastify from 'fastify'
import storedSession from '../src/index.ts'
import { routes } from './app/routes.ts'
import { sessionSecret } from './app/secret.ts'

/** How long requests that are being answered, and browsers that hold connections open, may delay the end. */
const PATIENCE_MS = 1_000

const host = process.env.HOST || '127.0.0.1'
const port = Number(process.env.PORT || 3000)

const app = Fastify({ logger: { level: 'warn' } })

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)

try {
  await app.register(storedSession, {
    database: process.env.DATABASE_URL || 'sqlite:sessions.db',
    secret: await sessionSecret('.session-secret'),
    // So that the demonstration starts on an empty database; servers in production migrate on deployment.
    migrate: true,
    // Lax: the browser leaves the cookie away from forms that other sites send here, so they change nothing.
    cookie: { secure: 'auto', sameSite: 'lax' },
    // In browsers that can, a copied cookie opens nothing on another device.
    deviceBound: true,
  })
  await app.register(routes)
  console.log(`Listening on ${await app.listen({ host, port })}`)
} catch (error) {
  console.error(advice(error as NodeJS.ErrnoException))
  process.exitCode = 1
  await app.close()
}

/** Nothing has to be forced: when the server and its database are closed, the process ends by itself. */
async function stop(): Promise<void> {
  setTimeout(() => app.server.closeAllConnections(), PATIENCE_MS).unref()
  await app.close()
}

function advice({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return `Port ${port} on ${host} is taken. Choose another one: PORT=${port + 1} npm start`
  if (code === 'ERR_SOCKET_BAD_PORT') return `PORT must be a number from 0 to 65535, not "${process.env.PORT}"`
  return message
}
