import assert from 'node:assert/strict'
import { HttpVisitor } from '../../support/http-visitor.ts'
import type { ExampleProject } from './example-project.ts'
import { ADA, locationOf, statusOf, textOf } from './requests.ts'

const ADMIN = '/admin/sessions'
const OF_LINUS = `${ADMIN}/user?user=linus`
const HTML = { accept: 'text/html' }

export async function useAdminDashboard(project: ExampleProject): Promise<void> {
  await project.running(async ({ url }) => {
    const as = async (name: string) => {
      const visitor = new HttpVisitor(url)
      assert.equal(await statusOf(visitor.submit('/login', { name, password: 'wrong' })), 401)
      assert.equal(await statusOf(visitor.submit('/login', { ...ADA, name })), 303)
      return visitor
    }
    const [nobody, linus, grace, ada] = [new HttpVisitor(url), await as('linus'), await as('grace'), await as('ada')]
    for (const visitor of [nobody, linus]) assert.equal(locationOf(await visitor.get(ADMIN, HTML)), '/login')
    assert.doesNotMatch(await textOf(linus.get('/')), /Mission control/)
    for (const visitor of [grace, ada]) {
      assert.match(await textOf(visitor.get('/')), /href="\/admin\/sessions">Mission control/)
      assert.equal(await statusOf(visitor.get(ADMIN, HTML)), 200)
    }

    const question = await textOf(grace.get(`${ADMIN}/user/sign-out?user=linus`, HTML))
    assert.match(question, /1 session would end/)
    const token = /name="token" value="([^"]+)"/.exec(question)![1]!
    const fields = { user: 'linus', token }
    assert.equal(locationOf(await linus.submit(`${ADMIN}/user/sign-out`, fields)), '/login')
    assert.equal(locationOf(await linus.get('/')), null)
    assert.equal(await statusOf(grace.submit(`${ADMIN}/user/forget`, { ...fields, confirm: 'linus' })), 403)
    assert.equal(await statusOf(grace.submit(`${ADMIN}/user/sign-out`, fields)), 303)
    assert.equal(locationOf(await linus.get('/')), '/login')
    assert.doesNotMatch(await textOf(grace.get(OF_LINUS, HTML)), /\/user\/forget/)
    const ofAda = await textOf(ada.get(OF_LINUS, HTML))
    assert.match(ofAda, /\/user\/forget/)
    assert.match(ofAda, /grace/)
    assert.equal(await statusOf(ada.post('/logout', {}, { 'sec-fetch-site': 'cross-site' })), 403)
    assert.equal(await statusOf(ada.submit('/logout')), 303)
    assert.equal(locationOf(await ada.get('/')), '/login')
  })
}
