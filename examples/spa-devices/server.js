import { readFile } from 'node:fs/promises'
import Fastify from 'fastify'
import storedSession from 'stored-session'
import sessionAccount from 'stored-session/account'
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
  metadata: true,
})
// GET answers JSON to "Accept: application/json", and a page to browsers that open it.
await app.register(sessionAccount, { prefix: '/account/sessions', signIn: '/' })

const FILES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/app.js': ['app.js', 'text/javascript; charset=utf-8'],
  '/style.css': ['style.css', 'text/css; charset=utf-8'],
}
for (const [path, [name, type]] of Object.entries(FILES)) {
  const content = await readFile(new URL(`public/${name}`, import.meta.url))
  app.get(path, (_request, reply) => {
    reply.type(type).header('content-security-policy', "default-src 'self'; frame-ancestors 'none'").send(content)
  })
}

const credentials = {
  type: 'object',
  required: ['name', 'password'],
  properties: { name: { type: 'string', maxLength: 200 }, password: { type: 'string', maxLength: 200 } },
}

app.get('/me', async ({ session }) => ({ user: session.userId ?? null }))

app.post('/login', { schema: { body: credentials } }, async (request, reply) => {
  const user = await checkPassword(request.body.name, request.body.password)
  if (!user) return reply.code(401).send({ message: 'Name or password is wrong.' })
  // A new id, because an attacker may have planted the old one.
  await request.session.regenerate()
  request.session.userId = user.id
  return { user: user.id }
})

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close())

console.log(`Listening on ${await app.listen({ host: '127.0.0.1', port: Number(PORT) })}`)
