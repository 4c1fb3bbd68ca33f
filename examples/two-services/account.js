import Fastify from 'fastify'
import storedSession from 'stored-session'
import { sessionOptions } from './sessions.js'
import { checkPassword } from './users.js'

const app = Fastify({ logger: { level: 'warn' } })
await app.register(storedSession, sessionOptions)

const credentials = {
  type: 'object',
  required: ['name', 'password'],
  properties: { name: { type: 'string', maxLength: 200 }, password: { type: 'string', maxLength: 200 } },
}

app.post('/login', { schema: { body: credentials } }, async (request, reply) => {
  const user = await checkPassword(request.body.name, request.body.password)
  if (!user) return reply.code(401).send({ message: 'Name or password is wrong.' })
  // A new id, because an attacker may have planted the old one. The cart of before the sign-in is kept.
  await request.session.regenerate(['cart'])
  request.session.userId = user.id
  return { user: user.id }
})

app.post('/logout', async ({ session }) => {
  await session.destroy()
  return { user: null }
})

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close())

const port = Number(process.env.ACCOUNT_PORT ?? 3000)
console.log(`Account service: ${await app.listen({ host: '127.0.0.1', port })}`)
