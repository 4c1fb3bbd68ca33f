import { promisify } from 'node:util'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AppSession } from './app.ts'

/** What a websocket server has of a handshake: no hook ran, and there is a cookie alone. */
export type Handshake = FastifyRequest & { session: AppSession }

/** Loads the session of a handshake. */
export async function handshake(app: FastifyInstance, cookie: string, cookieOptions?: object): Promise<Handshake> {
  const request = {} as Handshake
  const decrypt = (done: (error?: Error) => void) =>
    cookieOptions ? app.decryptSession(cookie, request, cookieOptions, done) : app.decryptSession(cookie, request, done)
  await promisify(decrypt)()
  return request
}
