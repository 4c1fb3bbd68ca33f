import Fastify = require('fastify')
import storedSession = require('stored-session')

const { StoredSessionStore } = storedSession

async function main(): Promise<void> {
  const app = Fastify()
  const secret = 'a secret of well over thirty-two characters'
  await app.register(storedSession, { database: 'sqlite::memory:', secret, cookie: { secure: false } })
  // @ts-expect-error misspelled
  const misspelled: Parameters<typeof storedSession>[1] = { database: 'sqlite::memory:', secret, idleTimeOut: 1 }
  if (!misspelled || !(app.storedSession.store instanceof StoredSessionStore)) throw new Error('no store')
  app.get('/', async (request) => ({ reason: request.sessionEndReason ?? 'none' }))
  const { reason } = (await app.inject('/')).json()
  console.log(`reason: ${reason}`)
  await app.close()
}

void main()
