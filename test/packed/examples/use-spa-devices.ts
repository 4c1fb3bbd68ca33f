import assert from 'node:assert/strict'
import { HttpVisitor } from '../../support/http-visitor.ts'
import type { ExampleProject } from './example-project.ts'
import { ADA, bodyOf, statusOf } from './requests.ts'

const DEVICES = '/account/sessions'

interface Listed {
  readonly sessions: { readonly handle: string; readonly isThis: boolean; readonly device: string }[]
}

export async function useSpaDevices(project: ExampleProject): Promise<void> {
  await project.running(async ({ url }) => {
    for (const path of ['/', '/app.js', '/style.css']) {
      const { status, headers } = await new HttpVisitor(url).get(path)
      assert.equal(status, 200)
      assert.match(headers.get('content-security-policy')!, /^default-src 'self';/)
    }
    const [here, there, phone] = [new HttpVisitor(url), new HttpVisitor(url), new HttpVisitor(url)]
    const list = async () => (await bodyOf(here.get(DEVICES, { accept: 'application/json' }))) as Listed
    assert.equal(await statusOf(here.get(DEVICES, { accept: 'application/json' })), 401)
    for (const visitor of [here, there, phone]) assert.equal(await statusOf(visitor.post('/login', ADA)), 200)
    const { sessions } = await list()
    assert.deepEqual(
      sessions.map(({ isThis }) => isThis),
      [true, false, false],
    )

    const { handle } = sessions[1]!
    assert.equal(await statusOf(here.post(`${DEVICES}/sign-out`, { handle }, { 'sec-fetch-site': 'cross-site' })), 403)
    assert.deepEqual(await bodyOf(here.post(`${DEVICES}/sign-out`, { handle })), { signedOut: 1 })
    assert.deepEqual(await bodyOf(here.post(`${DEVICES}/sign-out-others`)), { signedOut: 1 })
    assert.deepEqual(await bodyOf(there.get('/me')), { user: null })
    assert.deepEqual(await bodyOf(phone.get('/me')), { user: null })
    assert.deepEqual(await bodyOf(here.get('/me')), { user: 'ada' })
    await here.post(`${DEVICES}/sign-out-everywhere`)
    assert.equal(here.cookie, '')
  })
}
