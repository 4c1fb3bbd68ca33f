import Fastify from 'fastify'
import sessionAccount from '../src/account/session-account.ts'
import sessionDashboard from '../src/dashboard/session-dashboard.ts'
import storedSession from '../src/index.ts'
import { demoData } from './app/demo-data.ts'
import { framedDevices, paths } from './app/frame.ts'
import { locationOf } from './app/places.ts'
import { routes } from './app/routes.ts'
import { sessionSecret } from './app/secret.ts'

/** How long running requests and open connections may delay the end. */
const PATIENCE_MS = 1_000

const host = process.env.HOST || '127.0.0.1'
const port = Number(process.env.PORT || 3000)
const withData = process.argv.includes('--with-data')

const app = Fastify({ logger: { level: 'warn' } })

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)

try {
  await app.register(storedSession, {
    database: process.env.DATABASE_URL || (withData ? 'sqlite:demo.db' : 'sqlite:sessions.db'),
    secret: await sessionSecret('.session-secret'),
    // The demonstration creates its table itself. In production, migrate when you deploy.
    migrate: true,
    user: (session) => session.signedInAs,
    metadata: { location: locationOf },
    history: true,
    idleTimeout: '14d',
    absoluteTimeout: '60d',
    // Lax: browsers omit the cookie from forms of other sites, so that such forms change nothing.
    cookie: { secure: 'auto', sameSite: 'lax' },
    // In browsers that can, a copied cookie opens nothing on another device.
    deviceBound: true,
  })
  await app.register(sessionAccount, { prefix: paths.devices, signIn: '/', layout: framedDevices })
  await app.register(sessionDashboard, {
    prefix: paths.missionControl,
    // Only a demonstration lets everybody in: check here whether the user is an operator.
    authorize: ({ session, ip }) => session.signedInAs ?? (isThisMachine(ip) && 'visitor'),
    signIn: '/',
    reveal: true,
  })
  const demo = demoData(app, withData)
  await app.register(routes, { demo })
  await demo.fill()
  console.log(`Listening on ${await app.listen({ host, port })}`)
} catch (error) {
  console.error(advice(error as NodeJS.ErrnoException))
  process.exitCode = 1
  await app.close()
}

/** Closes the server and its database; the process then ends by itself. */
async function stop(): Promise<void> {
  setTimeout(() => app.server.closeAllConnections(), PATIENCE_MS).unref()
  await app.close()
}

function isThisMachine(ip: string): boolean {
  return ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(ip)
}

function advice({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return `Port ${port} on ${host} is taken. Choose another one: PORT=${port + 1} npm start`
  if (code === 'ERR_SOCKET_BAD_PORT') return `PORT must be a number from 0 to 65535, not "${process.env.PORT}"`
  return message
}
