import Fastify from 'fastify'
import storedSession from 'stored-session'
import { readSession, signIn } from 'stored-session/testing'

async function main() {
  const app = Fastify()
  const secret = 'a secret of well over thirty-two characters'
  // The migrations are files of the package, which no bundle has: the command line has applied them.
  await app.register(storedSession, { database: process.argv[2], secret, migrate: false })
  const { userId } = await readSession(app, await signIn(app, { userId: 'ada' }))
  console.log(`signed in: ${userId}`)
  await app.close()
}

main()
