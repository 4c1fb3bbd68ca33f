import Fastify from 'fastify'
import storedSession from 'stored-session'
import { checkPassword } from './users.js'

const { DATABASE_URL = 'sqlite:sessions.db', PORT = '3000', SESSION_SECRET } = process.env
if (!SESSION_SECRET) throw new Error('SESSION_SECRET is missing. Print a new one: npx stored-session secret')

const app = Fastify({ logger: { level: 'warn' } })

await app.register(storedSession, {
  database: DATABASE_URL,
  secret: SESSION_SECRET,
  // 'auto' also works over plain http on your machine: omit it in production. 'lax' omits the cookie from forms of other sites.
  cookie: { secure: 'auto', sameSite: 'lax' },
  user: (session) => session.userId,
})

const credentials = {
  type: 'object',
  required: ['name', 'password'],
  properties: { name: { type: 'string', maxLength: 200 }, password: { type: 'string', maxLength: 200 } },
}

app.get('/me', async ({ session }, reply) => {
  if (!session.userId) return reply.code(401).send({ message: 'Please sign in.' })
  session.visits = (session.visits ?? 0) + 1
  return { user: session.userId, visits: session.visits }
})

app.post('/login', { schema: { body: credentials } }, async (request, reply) => {
  const user = await checkPassword(request.body.name, request.body.password)
  if (!user) return reply.code(401).send({ message: 'Name or password is wrong.' })
  // A new id, because an attacker may have planted the old one.
  await request.session.regenerate()
  request.session.userId = user.id
  return { user: user.id }
})

app.post('/logout', async ({ session }) => {
  await session.destroy()
  return { user: null }
})

// Saves the sessions of running requests, and closes the database.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close())

console.log(`Listening on ${await app.listen({ host: '127.0.0.1', port: Number(PORT) })}`)
