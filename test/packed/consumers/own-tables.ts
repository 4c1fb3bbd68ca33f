import { getTableUniqueName } from 'drizzle-orm'
import Fastify, { type FastifyInstance } from 'fastify'
import storedSession, { envelopeKeys } from 'stored-session'
import { readSession, signIn } from 'stored-session/testing'
import { app as pageApp } from './app.ts'
import { authSessions } from './auth-schema.ts'
import { sessions } from './schema.ts'

declare module 'fastify' {
  interface Session {
    userId?: string
  }
}

/** What stands for a key service. */
const flipped = (bytes: Uint8Array) => Buffer.from(bytes.map((byte) => byte ^ 0xff))

/** Signs in on an application, and says who is there. */
async function userIn(app: FastifyInstance): Promise<string | undefined> {
  const cookie = await signIn(app, { userId: 'ada' })
  const userId = (await readSession(app, cookie))?.userId
  await app.close()
  return userId
}

console.log(`page: ${await userIn(pageApp)}`)
for (const table of [sessions, authSessions]) {
  const app = Fastify()
  await app.register(storedSession, {
    database: process.env.DATABASE_URL!,
    secret: process.env.SESSION_SECRET!,
    // The data keys go into the table beside the sessions; how a key service wraps them is no matter here.
    keys: envelopeKeys({ wrap: async (key) => flipped(key), unwrap: async (key) => flipped(key) }),
    user: ({ userId }) => userId,
    migrate: false,
    table,
  })
  console.log(`${getTableUniqueName(table).replace('public.', '')}: ${await userIn(app)}`)
}
