import Fastify, { type FastifyRequest } from 'fastify'
import storedSession from 'stored-session'
import { client, db } from './database.ts'
import { sessions } from './schema.ts'
import { signedIn, writeNote } from './signed-in.ts'
import { addUser, checkPassword } from './users.ts'

declare module 'fastify' {
  interface Session {
    userId?: string
  }
}

interface Credentials {
  name: string
  password: string
}

const { PORT = '3000', SESSION_SECRET } = process.env
if (!SESSION_SECRET) throw new Error('SESSION_SECRET is missing. Print a new one: npx stored-session secret')

const app = Fastify({ logger: { level: 'warn' } })

await app.register(storedSession, {
  database: db,
  table: sessions,
  secret: SESSION_SECRET,
  // 'auto' also works over plain http on your machine: omit it in production. 'lax' omits the cookie from forms of other sites.
  cookie: { secure: 'auto', sameSite: 'lax' },
  user: (session) => session.userId,
})
// The plugin leaves connections open that it did not open.
app.addHook('onClose', () => client.end())

const text = (minLength: number) => ({ type: 'string', minLength, maxLength: 200 })
const credentials = {
  type: 'object',
  required: ['name', 'password'],
  properties: { name: text(1), password: text(8) },
}
const note = { type: 'object', required: ['note'], properties: { note: text(0) } }

app.post<{ Body: Credentials }>('/signup', { schema: { body: credentials } }, async (request, reply) => {
  const userId = await addUser(request.body.name, request.body.password)
  if (!userId) return reply.code(409).send({ message: 'This name is taken.' })
  return signIn(request, userId)
})

app.post<{ Body: Credentials }>('/login', { schema: { body: credentials } }, async (request, reply) => {
  const userId = await checkPassword(request.body.name, request.body.password)
  if (!userId) return reply.code(401).send({ message: 'Name or password is wrong.' })
  return signIn(request, userId)
})

app.post('/logout', async ({ session }) => {
  await session.destroy()
  return { ok: true }
})

app.get('/signed-in', async ({ session }, reply) => (session.userId ? signedIn() : reply.code(401).send()))

app.post<{ Body: { note: string } }>('/note', { schema: { body: note } }, async ({ session, body }, reply) => {
  if (!session.userId) return reply.code(401).send()
  await writeNote(app.storedSession.handle(session), body.note)
  return { ok: true }
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => app.close())

console.log(`Listening on ${await app.listen({ host: '127.0.0.1', port: Number(PORT) })}`)

async function signIn(request: FastifyRequest, userId: string): Promise<object> {
  // A new id, because an attacker may have planted the old one.
  await request.session.regenerate()
  request.session.userId = userId
  return { ok: true }
}
