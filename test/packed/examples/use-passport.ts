import assert from 'node:assert/strict'
import { HttpVisitor } from '../../support/http-visitor.ts'
import type { ExampleProject } from './example-project.ts'
import { bodyOf, statusOf, textOf } from './requests.ts'

const ADA = { username: 'ada', password: 'demo' }

export async function usePassport(project: ExampleProject): Promise<void> {
  await project.running(async ({ url }) => {
    const ada = new HttpVisitor(url)
    await ada.post('/cart', { item: 'tea' })
    const planted = ada.copy()
    assert.equal(await statusOf(ada.submit('/login', { ...ADA, password: 'wrong' })), 401)
    assert.equal(await statusOf(ada.submit('/login', ADA)), 303)
    assert.deepEqual(await bodyOf(ada.get('/me')), { id: 'ada' })
    assert.match(await textOf(ada.get('/')), /1 in your cart/)
    assert.equal(await statusOf(planted.get('/me')), 401)
    assert.equal(await statusOf(ada.post('/logout', {}, { 'sec-fetch-site': 'cross-site' })), 403)
    assert.equal(await statusOf(ada.submit('/logout')), 303)
    assert.equal(ada.cookie, '')
  })
}
