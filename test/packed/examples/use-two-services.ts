import assert from 'node:assert/strict'
import { HttpVisitor } from '../../support/http-visitor.ts'
import type { ExampleProject } from './example-project.ts'
import { ADA, bodyOf, statusOf } from './requests.ts'

const ACCOUNT = /^Account service: (http:\S+)\n/m
const SHOP = /^Shop service: (http:\S+)\n/m

export async function useTwoServices(project: ExampleProject): Promise<void> {
  const env = { ACCOUNT_PORT: '0', SHOP_PORT: '0' }
  const services = async (app: { printed(pattern: RegExp): Promise<string> }) => {
    const [account, shop] = [await app.printed(ACCOUNT), await app.printed(SHOP)]
    assert.notEqual(account, shop)
    // One browser, whose cookies are sent to every port of a host.
    let cookies = new Map<string, string>()
    const at = async (address: string, call: (visitor: HttpVisitor) => Promise<Response>) => {
      const visitor = new HttpVisitor(address, cookies)
      const response = await call(visitor)
      cookies = visitor.cookies
      return response
    }
    await at(shop, (visitor) => visitor.post('/cart', { item: 'tea' }))
    assert.equal(await statusOf(at(shop, (visitor) => visitor.post('/order'))), 401)
    const planted = new HttpVisitor(shop, cookies)
    assert.equal(await statusOf(at(account, (visitor) => visitor.post('/login', ADA))), 200)
    assert.deepEqual(await bodyOf(at(shop, (visitor) => visitor.get('/cart'))), { user: 'ada', cart: ['tea'] })
    assert.deepEqual(await bodyOf(planted.get('/cart')), { user: null, cart: [] })
    assert.deepEqual(await bodyOf(at(shop, (visitor) => visitor.post('/order'))), { user: 'ada', ordered: ['tea'] })
    const thief = new HttpVisitor(shop, cookies)
    await at(account, (visitor) => visitor.post('/logout'))
    assert.deepEqual(await bodyOf(thief.get('/cart')), { user: null, cart: [] })
  }
  await project.running(services, { env, ready: ACCOUNT })
}
