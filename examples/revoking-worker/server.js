import Fastify from 'fastify'
import storedSession from 'stored-session'
import { checkPassword, isBlocked } from './accounts.js'
import options from './stored-session.config.js'

const app = Fastify({ logger: { level: 'warn' } })
await app.register(storedSession, options)

const credentials = {
  type: 'object',
  required: ['name', 'password'],
  properties: { name: { type: 'string', maxLength: 200 }, password: { type: 'string', maxLength: 200 } },
}

app.get('/me', async ({ session, sessionEndReason }, reply) => {
  if (session.userId) return { user: session.userId }
  return reply.code(401).send({ message: 'Please sign in.', reason: sessionEndReason ?? null })
})

app.post('/login', { schema: { body: credentials } }, async (request, reply) => {
  const { name, password } = request.body
  if (!checkPassword(name, password)) return reply.code(401).send({ message: 'Name or password is wrong.' })
  // A new id, because an attacker may have planted the old one.
  await request.session.regenerate()
  request.session.userId = name
  await request.session.save()
  // After save(): the worker ends every session that is stored before the account is blocked, and this line all others.
  if (!isBlocked(name)) return { user: name }
  await request.session.destroy()
  return reply.code(403).send({ message: 'This account is blocked.' })
})

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close())

console.log(`Listening on ${await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 3000) })}`)
