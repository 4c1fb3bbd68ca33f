import formbody from '@fastify/formbody'
import Fastify from 'fastify'
import storedSession from 'stored-session'
import sessionDashboard from 'stored-session/dashboard'
import { authorize } from './authorize.js'
import { checkPassword } from './users.js'

const { DATABASE_URL = 'sqlite:sessions.db', PORT = '3000', SESSION_SECRET } = process.env
if (!SESSION_SECRET) throw new Error('SESSION_SECRET is missing. Print a new one: npx stored-session secret')

const app = Fastify({ logger: { level: 'warn' } })
// Browsers say which site a form came from: no other site signs a visitor in or out here.
app.addHook('onRequest', async ({ method, headers }, reply) => {
  if (method === 'POST' && headers['sec-fetch-site'] === 'cross-site') return reply.code(403).send()
})

await app.register(formbody)
await app.register(storedSession, {
  database: DATABASE_URL,
  secret: SESSION_SECRET,
  // 'auto' also works over plain http on your machine: omit it in production. 'lax' omits the cookie from forms of other sites.
  cookie: { secure: 'auto', sameSite: 'lax' },
  user: (session) => session.userId,
  // Operators sign in again after an hour without use, and each day.
  lifetime: 'aal2',
  // The devices of each session, and who ended it.
  metadata: true,
  history: true,
})
await app.register(sessionDashboard, { prefix: '/admin/sessions', authorize, signIn: '/login' })

const credentials = {
  type: 'object',
  required: ['name', 'password'],
  properties: { name: { type: 'string', maxLength: 200 }, password: { type: 'string', maxLength: 200 } },
}

const page = (content) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Administration</title>${content}</html>`

const form = (message) => `<h1>Sign in</h1><p role="alert">${message}</p>
<form method="post" action="/login">
  <label>Name <input name="name" autocomplete="username"></label>
  <label>Password <input name="password" type="password" autocomplete="current-password"></label>
  <button>Sign in</button>
</form>`

app.get('/login', (_request, reply) => {
  reply.type('text/html').send(page(form('')))
})

app.post('/login', { schema: { body: credentials } }, async (request, reply) => {
  const user = await checkPassword(request.body.name, request.body.password)
  if (!user)
    return reply
      .code(401)
      .type('text/html')
      .send(page(form('Name or password is wrong.')))
  // A new id, because an attacker may have planted the old one.
  await request.session.regenerate()
  request.session.userId = user.id
  return reply.redirect('/', 303)
})

app.get('/', async (request, reply) => {
  if (!request.session.userId) return reply.redirect('/login', 303)
  const link = (await authorize(request)) ? '<p><a href="/admin/sessions">Mission control</a></p>' : ''
  const signOut = '<form method="post" action="/logout"><button>Sign out</button></form>'
  return reply.type('text/html').send(page(`<h1>Signed in</h1>${link}${signOut}`))
})

app.post('/logout', async ({ session }, reply) => {
  await session.destroy()
  return reply.redirect('/login', 303)
})

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close())

console.log(`Listening on ${await app.listen({ host: '127.0.0.1', port: Number(PORT) })}`)
