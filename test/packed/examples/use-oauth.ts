import assert from 'node:assert/strict'
import { issuerOf, localIssuer } from '../../../examples/oauth/local-issuer.ts'
import { freePort } from '../../harness/free-port.ts'
import { HttpVisitor } from '../../support/http-visitor.ts'
import type { ExampleProject } from './example-project.ts'
import { bodyOf, locationOf, statusOf } from './requests.ts'

const CLIENT = { id: 'example', secret: 'known-to-the-issuer' }

export async function useOauth(project: ExampleProject): Promise<void> {
  const demo = await freePort()
  await project.running(({ url }) => signInAt(url), { script: 'demo', env: { PORT: String(demo) } })

  const port = await freePort()
  const issuer = await localIssuer(CLIENT)
  try {
    await project.running(({ url }) => signInAt(url), {
      env: {
        PORT: String(port),
        OAUTH_ISSUER: issuerOf(issuer),
        OAUTH_CLIENT_ID: CLIENT.id,
        OAUTH_CLIENT_SECRET: CLIENT.secret,
        OAUTH_CALLBACK: `http://127.0.0.1:${port}/callback`,
      },
    })
  } finally {
    issuer.closeAllConnections()
    issuer.close()
  }
  const without = project.start('start')
  assert.equal(await without.ended(), 1)
  assert.match(without.output, /OAUTH_ISSUER is missing/)
}

/** A visitor signs in, comes back to the page of before, and signs out. */
async function signInAt(address: string): Promise<void> {
  const ada = new HttpVisitor(address)
  assert.equal(await statusOf(ada.get('/me')), 401)
  const login = await ada.get('/login?returnTo=/me')
  const planted = ada.copy()
  const approved = await fetch(locationOf(login), { redirect: 'manual' })
  const { origin, pathname, search } = new URL(locationOf(approved))
  assert.equal(origin, address)
  assert.equal(await statusOf(new HttpVisitor(address).get(pathname + search)), 401)
  assert.equal(locationOf(await ada.get(pathname + search)), '/me')
  assert.deepEqual(await bodyOf(ada.get('/me')), { id: 'ada' })
  assert.equal(await statusOf(planted.get('/me')), 401)
  await ada.post('/logout')
  assert.equal(ada.cookie, '')
}
