import formbody from '@fastify/formbody'
import { Authenticator } from '@fastify/passport'
import Fastify, { type FastifyInstance } from 'fastify'
import { Strategy as LocalStrategy } from 'passport-local'
import storedSession, { type StoredSessionOptions } from '../../src/index.ts'

declare module 'fastify' {
  interface PassportUser {
    id: string
  }
  interface Session {
    /** What the serializer yields: the id of the user. */
    passport?: string
    cart?: string[]
  }
}

/** Looks a user up in your table, and compares the password with its hash; undefined when one of them is wrong. */
export type CheckPassword = (name: string, password: string) => Promise<{ id: string } | undefined>

const FORM = `<form method="post" action="/login">
  <label>Name <input name="username"></label> <label>Password <input name="password" type="password"></label>
  <button>Sign in</button>
</form>`

/** Signing in by name and password with @fastify/passport and passport-local. */
export async function passportApp(
  options: StoredSessionOptions,
  checkPassword: CheckPassword,
): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(formbody)
  await app.register(storedSession, {
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
  // Nothing here that can fail: passport signs out whoever it fails for. Look the user up in a hook or handler of yours.
  passport.registerUserDeserializer<string, { id: string }>(async (id) => ({ id }))
  // Behind storedSession, because it needs request.session.
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

  // It has regenerated the session when the handler runs: a new id, and of the content what is named above.
  app.post('/login', { preValidation: passport.authenticate('local') }, async (_request, reply) =>
    reply.redirect('/', 303),
  )

  // Instead of request.logOut(), which begins another session for nobody, with a row and a cookie of its own.
  app.post('/logout', async ({ session }, reply) => {
    await session.destroy()
    return reply.redirect('/', 303)
  })
  return app
}
