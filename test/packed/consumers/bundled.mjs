import Fastify from 'fastify'
import storedSession from 'stored-session'
import { readSession, signIn } from 'stored-session/testing'

async function main() {
  const app = Fastify()
  const secret = 'a secret of well over thirty-two characters'
  const [database, migrate] = process.argv.slice(2)
  // The migrations are files of the package, which no bundle has: the command line has applied them.
  await app.register(storedSession, { database, secret, migrate: migrate !== undefined })
  const { userId } = await readSession(app, await signIn(app, { userId: 'ada' }))
  console.log(`signed in: ${userId}`)
  await app.close()
}

main()
