import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { issuerOf, localIssuer } from '../../examples/oauth/local-issuer.ts'
import type { StoredSessionOptions } from '../../src/index.ts'
import { freePort } from '../harness/free-port.ts'
import { linkedExample } from '../packed/examples/linked-example.ts'
import { HttpVisitor } from '../support/http-visitor.ts'
import { secret } from '../support/stores.ts'

type Client = Record<'issuer' | 'id' | 'secret' | 'callbackUri', string>
type OauthApp = (options: StoredSessionOptions, client: Client) => Promise<FastifyInstance>

const { folder } = await linkedExample('oauth')
const { oauth2App } = (await import(join(folder, 'application.ts'))) as { oauth2App: OauthApp }

const CLIENT = { id: 'app', secret: 'known-to-the-issuer' }

let issuer: Server
let app: FastifyInstance
let address: string

before(async () => {
  const port = await freePort()
  address = `http://127.0.0.1:${port}`
  issuer = await localIssuer(CLIENT)
  const client = { ...CLIENT, issuer: issuerOf(issuer), callbackUri: `${address}/callback` }
  app = await oauth2App({ database: 'sqlite::memory:', secret }, client)
  await app.listen({ host: '127.0.0.1', port })
})
after(async () => {
  await app.close()
  issuer.close()
  await once(issuer, 'close')
})

const visitor = () => new HttpVisitor(address)
const locationOf = (response: Response) => response.headers.get('location')!
const statusOf = async (response: Promise<Response>) => (await response).status

/** Begins to sign in, and comes as far as the issuer's redirect back: its path and query. */
async function wayBack(visitor: HttpVisitor, returnTo = '/'): Promise<string> {
  const login = await visitor.get(`/login?${new URLSearchParams({ returnTo })}`)
  assert.equal(login.status, 302)
  const approved = await fetch(locationOf(login), { redirect: 'manual' })
  const { origin, pathname, search } = new URL(locationOf(approved))
  assert.equal(origin, address)
  return pathname + search
}

test('a visitor signs in at the issuer, comes back to the page of before, and signs out', async () => {
  const ada = visitor()
  assert.equal(await statusOf(ada.get('/me')), 401)
  const back = await wayBack(ada, '/basket?page=2')
  const planted = ada.copy()
  const signedIn = await ada.get(back)
  assert.deepEqual([signedIn.status, locationOf(signedIn)], [302, '/basket?page=2'])
  assert.deepEqual(await (await ada.get('/me')).json(), { id: 'ada' })
  // The session is another one than that before, and what belonged to the sign-in is gone.
  assert.notEqual(ada.cookies.get('sessionId'), planted.cookies.get('sessionId'))
  assert.equal(await statusOf(planted.get('/me')), 401)
  assert.deepEqual([...ada.cookies.keys()], ['sessionId'])

  const { sessions } = await app.storedSession.list({ user: 'ada' })
  assert.equal(sessions.length, 1)
  await ada.post('/logout')
  assert.equal(ada.cookie, '')
})

test('the way back of somebody else signs nobody in, and disturbs no session', async () => {
  const [ada, eve] = [visitor(), visitor()]
  const back = await wayBack(eve)
  assert.equal(await statusOf(ada.get(back)), 401)
  assert.equal(await statusOf(ada.get('/me')), 401)
  await ada.get(await wayBack(ada))
  assert.equal(await statusOf(ada.get(back)), 401)
  assert.deepEqual(await (await ada.get('/me')).json(), { id: 'ada' })
})

test('a way back is good once', async () => {
  const ada = visitor()
  const back = await wayBack(ada)
  const again = ada.copy()
  assert.equal(await statusOf(ada.get(back)), 302)
  assert.equal(await statusOf(ada.get(back)), 401)
  assert.equal(await statusOf(again.get(back)), 401)
})

test('a code is good for whoever asked for it alone, because of PKCE', async () => {
  const ada = visitor()
  const back = await wayBack(ada)
  ada.cookies.set('oauth2-code-verifier', 'of somebody else')
  assert.equal(await statusOf(ada.get(back)), 401)
})

test('nobody is sent to another site after signing in', async () => {
  for (const away of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
  ]) {
    const ada = visitor()
    const to = locationOf(await ada.get(await wayBack(ada, away)))
    assert.equal(new URL(to, address).origin, address, away)
  }
})

test('whoever declines at the issuer may try again', async () => {
  const ada = visitor()
  const login = await ada.get('/login')
  const state = new URL(locationOf(login)).searchParams.get('state')
  assert.equal(await statusOf(ada.get(`/callback?error=access_denied&state=${state}`)), 401)
  assert.equal(await statusOf(ada.get(await wayBack(ada))), 302)
})
