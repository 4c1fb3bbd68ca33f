import formbody from '@fastify/formbody'
import { Authenticator } from '@fastify/passport'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { Strategy as LocalStrategy } from 'passport-local'
import storedSession, { type StoredSessionOptions } from 'stored-session'

declare module 'fastify' {
  interface PassportUser {
    id: string
  }
  interface Session {
    /** The id of the user, from the serializer. */
    passport?: string
    cart?: string[]
  }
}

/** The user of a name and a password; undefined when one of them is wrong. */
export type CheckPassword = (name: string, password: string) => Promise<{ id: string } | undefined>

const FORM = `<form method="post" action="/login">
  <label>Name <input name="username"></label> <label>Password <input name="password" type="password"></label>
  <button>Sign in</button>
</form>`

/** Signing in by name and password with @fastify/passport and passport-local. */
export async function passportApp(
  options: StoredSessionOptions,
  checkPassword: CheckPassword,
  server: FastifyServerOptions = {},
): Promise<FastifyInstance> {
  const app = Fastify(server)
  // Browsers say which site a form came from: no other site signs a visitor in or out here.
  app.addHook('onRequest', async ({ method, headers }, reply) => {
    if (method === 'POST' && headers['sec-fetch-site'] === 'cross-site') return reply.code(403).send()
  })
  await app.register(formbody)
  await app.register(storedSession, {
    // 'auto' also works over plain http on your machine: omit it in production.
    cookie: { secure: 'auto', sameSite: 'lax' },
    user: (session) => session.passport,
    ...options,
  })

  const passport = new Authenticator({ clearSessionIgnoreFields: ['cart'] })
  passport.use(
    new LocalStrategy((name, password, done) => {
      checkPassword(name, password).then((user) => done(null, user ?? false), done)
    }),
  )
  passport.registerUserSerializer<{ id: string }, string>(async ({ id }) => id)
  // Nothing that can fail: passport signs a user out when it fails. Load the user in a hook or handler.
  passport.registerUserDeserializer<string, { id: string }>(async (id) => ({ id }))
  // After storedSession, because it needs request.session.
  await app.register(passport.initialize())
  await app.register(passport.secureSession())

  app.get('/', async ({ user, session }, reply) => {
    reply.type('text/html')
    if (!user) return FORM
    const count = session.cart?.length ?? 0
    return `<h1>Signed in</h1><p>${count} in your cart</p><form method="post" action="/logout"><button>Sign out</button></form>`
  })

  app.get('/me', async ({ user }, reply) => user ?? reply.code(401).send())

  app.post<{ Body: { item: string } }>('/cart', async ({ session, body }) => {
    session.cart = [...(session.cart ?? []), body.item]
    return { ok: true }
  })

  // When the handler runs, passport has regenerated the session: it has a new id, and kept only the cart.
  app.post('/login', { preValidation: passport.authenticate('local') }, async (_request, reply) =>
    reply.redirect('/', 303),
  )

  // Instead of request.logOut(), which replaces the session with a new one that has no user.
  app.post('/logout', async ({ session }, reply) => {
    await session.destroy()
    return reply.redirect('/', 303)
  })
  return app
}
