import Fastify, { type FastifyRequest } from 'fastify'
import { type StoredSessionOptions, storedSession } from '../../src/index.ts'

/** The secret of every application and store in these tests. */
export const secret = 'a secret of well over thirty-two characters'

/** Starts an application, signs in, and returns who the next request finds. */
export async function userAfterSignIn(options: Omit<StoredSessionOptions, 'secret'>): Promise<string | undefined> {
  const app = Fastify()
  try {
    await app.register(storedSession, { secret, cookie: { secure: false }, ...options })
    app.post('/login', async (request) => {
      sessionOf(request).userId = 'ada'
      return {}
    })
    app.get('/me', async (request) => ({ userId: sessionOf(request).userId }))
    const login = await app.inject({ method: 'POST', url: '/login' })
    const [cookie] = login.cookies
    const me = await app.inject({ url: '/me', cookies: { [cookie!.name]: cookie!.value } })
    return me.json().userId
  } finally {
    await app.close()
  }
}

const sessionOf = (request: FastifyRequest) => request.session as unknown as { userId?: string }
