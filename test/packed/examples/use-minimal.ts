import assert from 'node:assert/strict'
import { HttpVisitor } from '../../support/http-visitor.ts'
import type { ExampleProject } from './example-project.ts'
import { ADA, bodyOf, statusOf, WRONG } from './requests.ts'

export async function useMinimal(project: ExampleProject): Promise<void> {
  const cookies = new Map<string, string>()
  await project.running(async ({ url }) => {
    const ada = new HttpVisitor(url)
    assert.equal(await statusOf(ada.get('/me')), 401)
    assert.equal(await statusOf(ada.post('/login', WRONG)), 401)
    assert.equal(await statusOf(ada.post('/login', { ...ADA, password: {} })), 400)
    assert.equal(ada.cookie, '')
    const login = await ada.post('/login', ADA)
    assert.match(login.headers.getSetCookie()[0]!, /; HttpOnly; SameSite=Lax$/)
    assert.deepEqual(await bodyOf(ada.get('/me')), { user: 'ada', visits: 1 })
    const before = ada.copy()
    await ada.post('/login', ADA)
    assert.equal(await statusOf(before.get('/me')), 401)
    await ada.get('/me')
    for (const [name, value] of ada.cookies) cookies.set(name, value)
  })
  await project.running(async ({ url }) => {
    const ada = new HttpVisitor(url, cookies)
    const thief = ada.copy()
    assert.deepEqual(await bodyOf(ada.get('/me')), { user: 'ada', visits: 2 })
    await ada.post('/logout')
    assert.equal(ada.cookie, '')
    assert.equal(await statusOf(thief.get('/me')), 401)
  })
}
