import assert from 'node:assert/strict'
import Fastify from 'fastify'
import storedSession, { derivedKeys, storedSession as named, StoredSessionStore, staticKeys } from 'stored-session'

const [database = 'sqlite::memory:', migrate] = process.argv.slice(2)
const secret = 'a secret of well over thirty-two characters'

assert.equal(storedSession, named)
assert.equal(typeof derivedKeys(secret).current, 'function')
assert.equal(typeof staticKeys, 'function')
for (const dialect of ['pg', 'mysql', 'sqlite']) {
  const { storedSessions, storedSessionsTable } = await import(`stored-session/schema/${dialect}`)
  assert.deepEqual(Object.keys(storedSessionsTable('web_sessions')), Object.keys(storedSessions))
}
const { default: sessionAccount } = await import('stored-session/account')
assert.equal(typeof sessionAccount, 'function')
const { default: sessionDashboard } = await import('stored-session/dashboard')
assert.equal(typeof sessionDashboard, 'function')
const { keyProviderContract, readSession, signIn } = await import('stored-session/testing')
for (const { run } of keyProviderContract({ create: () => derivedKeys(secret) })) await run()

const app = Fastify()
const options = migrate && { migrate: migrate === 'true' }
await app.register(storedSession, { database, secret, cookie: { secure: false }, ...options })
assert.ok(app.storedSession.store instanceof StoredSessionStore)
app.post('/login', async (request) => {
  await request.session.regenerate()
  request.session.userId = 'ada'
  return {}
})
app.post('/logout', async (request) => {
  await request.session.destroy()
  return {}
})
app.get('/me', async (request) => ({ userId: request.session.userId, reason: request.sessionEndReason }))
assert.deepEqual(await readSession(app, await signIn(app, { n: 1 })), { n: 1 })

const address = await app.listen({ port: 0, host: '127.0.0.1' })
const login = await fetch(`${address}/login`, { method: 'POST' })
const headers = { cookie: login.headers.get('set-cookie').split(';')[0] }
const me = async () => (await fetch(`${address}/me`, { headers })).json()
const { userId } = await me()
await fetch(`${address}/logout`, { method: 'POST', headers })
assert.deepEqual(await me(), { reason: 'destroyed' })
console.log(`signed in: ${userId}`)
await app.close()
