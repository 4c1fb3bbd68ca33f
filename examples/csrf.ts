import csrfProtection from '@fastify/csrf-protection'
import formbody from '@fastify/formbody'
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import storedSession, { type StoredSessionOptions } from '../src/index.ts'

declare module 'fastify' {
  interface Session {
    userId?: string
    note?: string
  }
}

const READING = ['GET', 'HEAD', 'OPTIONS']

/** Forms that other sites cannot send in the name of a visitor: @fastify/csrf-protection, its secret in the session. */
export async function csrfApp(options: StoredSessionOptions): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(formbody)
  await app.register(storedSession, {
    cookie: { secure: 'auto', sameSite: 'lax' },
    user: (session) => session.userId,
    ...options,
  })
  await app.register(csrfProtection, { sessionPlugin: '@fastify/session' })

  // For every route that changes anything, signing in too. Not in onRequest: the token of a form is in its body.
  app.addHook('preValidation', (request, reply, done) => {
    if (READING.includes(request.method)) done()
    else app.csrfProtection(request, reply, done)
  })

  // The secret ended with its session, so the form of somebody who was away for long has a token of nothing.
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const isOver = error.code === 'FST_CSRF_MISSING_SECRET' && request.sessionEndReason !== undefined
    if (!isOver) throw error
    return reply.code(403).send({ message: 'Your session is over. Load the page again.' })
  })

  // generateCsrf() puts a secret into the session, which is stored by that: call it where there is a form, and only there.
  app.get('/', async ({ session, sessionUnavailable }, reply) => {
    reply.type('text/html')
    // With onUnavailable: 'anonymous' there may be a page, but no session to put a secret into.
    if (sessionUnavailable) return 'You cannot sign in at the moment.'
    const token = `<input type="hidden" name="_csrf" value="${reply.generateCsrf()}">`
    if (!session.userId)
      return `<form method="post" action="/login">${token}<input name="name"><button>Sign in</button></form>`
    return `<p>Your note: ${inHtml(session.note ?? 'none')}</p>
      <form method="post" action="/note">${token}<input name="note"><button>Write</button></form>
      <form method="post" action="/logout">${token}<button>Sign out</button></form>`
  })

  app.post<{ Body: { name: string } }>('/login', async (request, reply) => {
    // The secret is not kept, and so the tokens of before are void: whoever planted the old session may know one.
    await request.session.regenerate()
    request.session.userId = request.body.name // check a password first
    // At once, so that pages which are loaded side by side do not each make a secret: the last one would stand.
    reply.header('x-csrf-token', reply.generateCsrf())
    return reply.redirect('/', 303)
  })

  app.post<{ Body: { note: string } }>('/note', async ({ session, body }, reply) => {
    if (!session.userId) return reply.code(401).send()
    session.note = body.note
    return reply.redirect('/', 303)
  })

  app.post('/logout', async ({ session }, reply) => {
    await session.destroy()
    return reply.redirect('/', 303)
  })
  return app
}

const inHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
