import Fastify from 'fastify'
import storedSession from 'stored-session'
import { sessionOptions } from './sessions.js'

const app = Fastify({ logger: { level: 'warn' } })
await app.register(storedSession, sessionOptions)

const item = { type: 'object', required: ['item'], properties: { item: { type: 'string', maxLength: 200 } } }

app.get('/cart', async ({ session }) => ({ user: session.userId ?? null, cart: session.cart ?? [] }))

app.post('/cart', { schema: { body: item } }, async ({ session, body }) => {
  session.cart = [...(session.cart ?? []), body.item].slice(-50)
  return { cart: session.cart }
})

app.post('/order', async ({ session }, reply) => {
  if (!session.userId) return reply.code(401).send({ message: 'Please sign in at the account service.' })
  const { userId, cart = [] } = session
  delete session.cart
  return { user: userId, ordered: cart }
})

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close())

const port = Number(process.env.SHOP_PORT ?? 3001)
console.log(`Shop service: ${await app.listen({ host: '127.0.0.1', port })}`)
