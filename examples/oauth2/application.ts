import { randomBytes } from 'node:crypto'
import oauth2, { type OAuth2Namespace } from '@fastify/oauth2'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import storedSession, { type StoredSessionOptions } from '../../src/index.ts'

declare module 'fastify' {
  interface FastifyInstance {
    issuer: OAuth2Namespace
  }
  interface Session {
    userId?: string
    /** Of a sign-in that is under way. */
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

/** Signing in at an issuer with @fastify/oauth2, which redirects back with a code: the state of it is in the session. */
export async function oauth2App(options: StoredSessionOptions, client: Client): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(storedSession, {
    // Not 'strict': browsers would omit the cookie on the redirect from the issuer.
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
      delete session.oauthState // good for one attempt
      return oauthState !== undefined && oauthState === (query as { state?: string }).state
    },
  })

  app.get<{ Querystring: { returnTo?: string } }>('/login', async (request, reply) => {
    request.session.returnTo = pathOf(request.query.returnTo)
    return reply.redirect(await app.issuer.generateAuthorizationUri(request, reply))
  })

  /** Who comes back from the issuer: throws when the state is not that of the session, or the code is not good. */
  async function userIdOf(request: FastifyRequest, reply: FastifyReply): Promise<string> {
    const { token } = await app.issuer.getAccessTokenFromAuthorizationCodeFlow(request, reply)
    const { sub } = (await app.issuer.userinfo(token)) as { sub?: string }
    if (!sub) throw new Error('the issuer does not say who it is')
    return sub
  }

  app.get('/callback', async (request, reply) => {
    const { returnTo = '/' } = request.session
    // Only the message: the error has the request to the issuer in it, and that has the secret of this client.
    const userId = await userIdOf(request, reply).catch(({ message }) => request.log.warn(`not signed in: ${message}`))
    if (!userId) return reply.code(401).send({ message: 'That did not work. Please sign in again.' })
    // Whoever planted the session of before has nothing of this one.
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

/** Where a link leads within this application: it may not send people elsewhere once they have signed in. */
function pathOf(link = '/'): string {
  const here = 'http://here.invalid'
  if (!URL.canParse(link, here)) return '/'
  const { origin, pathname, search } = new URL(link, here)
  return origin === here && !pathname.startsWith('//') ? pathname + search : '/'
}
