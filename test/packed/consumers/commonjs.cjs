const assert = require('node:assert/strict')
const Fastify = require('fastify')
const storedSession = require('stored-session')

const { derivedKeys, StoredSessionStore, staticKeys } = require('stored-session')

const [database = 'sqlite::memory:', migrate] = process.argv.slice(2)
const secret = 'a secret of well over thirty-two characters'

async function main() {
  assert.equal(typeof storedSession, 'function')
  assert.equal(typeof derivedKeys(secret).current, 'function')
  assert.equal(typeof staticKeys, 'function')
  assert.ok(require('stored-session/schema/pg').storedSessions)
  assert.equal(typeof require('stored-session/limits').limitedSession, 'function')
  const { keyProviderContract, readSession, signIn } = require('stored-session/testing')
  for (const { run } of keyProviderContract({ create: () => derivedKeys(secret) })) await run()
  // The same code whichever way it is loaded: an error or a store of one is an error or a store of the other.
  const { 'module.exports': required, ...imported } = await import('stored-session')
  assert.equal(storedSession, required)
  for (const [name, value] of Object.entries(imported)) assert.equal(storedSession[name], value, name)

  const app = Fastify()
  const options = migrate && { migrate: migrate === 'true' }
  await app.register(storedSession, { database, secret, cookie: { secure: false }, ...options })
  assert.ok(app.storedSession.store instanceof StoredSessionStore)
  app.post('/login', async (request) => {
    request.session.userId = 'ada'
    return {}
  })
  app.get('/me', async (request) => ({ userId: request.session.userId }))
  const login = await app.inject({ method: 'POST', url: '/login' })
  const [{ name, value }] = login.cookies
  const me = await app.inject({ url: '/me', cookies: { [name]: value } })
  assert.deepEqual(await readSession(app, await signIn(app, { n: 1 })), { n: 1 })
  console.log(`signed in: ${me.json().userId}`)
  await app.close()
}

main()
