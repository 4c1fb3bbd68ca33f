import { randomBytes } from 'node:crypto'
import oauth2, { type OAuth2Namespace } from '@fastify/oauth2'
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify'
import storedSession, { type StoredSessionOptions } from 'stored-session'

declare module 'fastify' {
  interface FastifyInstance {
    issuer: OAuth2Namespace
  }
  interface Session {
    userId?: string
    /** The sign-in that has begun. */
    oauthState?: string
    returnTo?: string
  }
}

/** This application at an issuer of OpenID Connect. */
export interface Client {
  issuer: string
  id: string
  secret: string
  callbackUri: string
}

/** Signing in at an issuer with @fastify/oauth2: the state of a sign-in is in the session. */
export async function oauth2App(
  options: StoredSessionOptions,
  client: Client,
  server: FastifyServerOptions = {},
): Promise<FastifyInstance> {
  const app = Fastify(server)
  await app.register(storedSession, {
    // 'auto' also works over plain http on your machine: omit it in production. Not sameSite 'strict': browsers would omit
    // the cookie from the redirect back.
    cookie: { secure: 'auto', sameSite: 'lax' },
    user: (session) => session.userId,
    ...options,
  })
  await app.register(oauth2, {
    name: 'issuer',
    discovery: { issuer: client.issuer },
    credentials: { client: { id: client.id, secret: client.secret } },
    callbackUri: client.callbackUri,
    scope: ['openid'],
    pkce: 'S256',
    cookie: { secure: 'auto', path: '/' },
    generateStateFunction: ({ session }: FastifyRequest) => {
      session.oauthState = randomBytes(16).toString('base64url')
      return session.oauthState
    },
    checkStateFunction: ({ session, query }: FastifyRequest) => {
      const { oauthState } = session
      delete session.oauthState // valid once
      return oauthState !== undefined && oauthState === (query as { state?: string }).state
    },
  })

  app.get<{ Querystring: { returnTo?: string } }>('/login', async (request, reply) => {
    request.session.returnTo = pathOf(request.query.returnTo)
    return reply.redirect(await app.issuer.generateAuthorizationUri(request, reply))
  })

  /** The user whom the issuer names: throws when the state is not in the session, or the code is invalid. */
  async function userIdOf(request: FastifyRequest, reply: FastifyReply): Promise<string> {
    const { token } = await app.issuer.getAccessTokenFromAuthorizationCodeFlow(request, reply)
    const { sub } = (await app.issuer.userinfo(token)) as { sub?: string }
    if (!sub) throw new Error('the issuer names no user')
    return sub
  }

  app.get('/callback', async (request, reply) => {
    const { returnTo = '/' } = request.session
    // Log only the message: the error contains the request to the issuer, with the secret of this client.
    const userId = await userIdOf(request, reply).catch(({ message }) => request.log.warn(`not signed in: ${message}`))
    if (!userId) return reply.code(401).send({ message: 'The sign-in failed. Please try again.' })
    // A new id, because an attacker may have planted the old one.
    await request.session.regenerate()
    request.session.userId = userId
    return reply.redirect(returnTo)
  })

  app.get('/me', async ({ session }, reply) => (session.userId ? { id: session.userId } : reply.code(401).send()))

  app.post('/logout', async ({ session }) => {
    await session.destroy()
    return { ok: true }
  })
  return app
}

/** The path of a link within this application: a sign-in must not redirect to another site. */
function pathOf(link = '/'): string {
  const here = 'http://here.invalid'
  if (!URL.canParse(link, here)) return '/'
  const { origin, pathname, search } = new URL(link, here)
  return origin === here && !pathname.startsWith('//') ? pathname + search : '/'
}
