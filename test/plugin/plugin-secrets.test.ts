import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type StoredSessionOptions, staticKeys } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { Browser, cookieLines } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { setColumn, storedRow } from '../support/rows.ts'

const retired = 'the secret of last year, long enough to sign with'
const current = 'the secret of this year, long enough to sign with'

forEachDatabase((target) => {
  const suite = appSuite(target)

  async function open(secret: string | string[], options: Partial<StoredSessionOptions> = {}) {
    return suite.open({ options: { secret, ...options } })
  }

  test('a cookie signed with a retired secret keeps working and is signed anew by a read-only request', async () => {
    const browser = new Browser(await open(retired))
    const { id } = (await browser.post('/login')).json()
    const before = await storedRow(suite.database, id)
    const app = await open([current, retired])
    const again = new Browser(app, browser.cookies())
    const me = await again.get('/me')
    assert.deepEqual(me.json(), { userId: 'ada' })
    assert.equal(cookieLines(me).length, 1)
    assert.notDeepEqual(again.cookies(), browser.cookies())
    const later = await again.get('/me')
    assert.deepEqual([later.json(), cookieLines(later)], [{ userId: 'ada' }, []])
    assert.deepEqual(await storedRow(suite.database, id), before, 'signing anew does not write')
  })

  test('a row sealed under a retired secret opens, and its next change is sealed under the current one', async () => {
    const browser = new Browser(await open(retired))
    const { id } = (await browser.post('/login')).json()
    const keyIdOf = async () => (await storedRow(suite.database, id)).data.readUInt32BE(1)
    const oldKey = await keyIdOf()
    const again = new Browser(await open([current, retired]), browser.cookies())
    await again.post('/change', { n: 1 })
    assert.notEqual(await keyIdOf(), oldKey)
    const without = new Browser(await open(current), again.cookies())
    assert.deepEqual((await without.get('/me')).json(), { userId: 'ada', n: 1 })
  })

  test('without the retired secret its cookies name no session', async () => {
    const browser = new Browser(await open(retired))
    await browser.post('/login')
    const again = new Browser(await open(current), browser.cookies())
    assert.deepEqual((await again.get('/me')).json(), {})
    assert.deepEqual(again.cookies(), {})
  })

  test('a row that does not open any more gives a new session, says why, and locks nobody out', async () => {
    const app = await open(current)
    const browser = new Browser(app)
    const { id } = (await browser.post('/login')).json()
    const { data } = await storedRow(suite.database, id)
    await setColumn(suite.database, id, 'data', data.subarray(0, -1))
    const stale = browser.cookies()
    const me = await browser.get('/me')
    assert.deepEqual([me.statusCode, me.json()], [200, { endReason: 'unreadable' }])
    const login = await new Browser(app, stale).post('/login')
    assert.notEqual(login.json().id, id)
    const change = new Browser(app, stale)
    assert.equal((await change.post('/change', { n: 1 })).statusCode, 200)
    assert.deepEqual((await change.get('/me')).json(), { n: 1 })
  })

  test('keys of their own leave the secret to sign the cookie alone', async () => {
    const keys = staticKeys([{ id: 'own', key: Buffer.alloc(32, 'own key ') }])
    const browser = new Browser(await open(retired, { keys }))
    await browser.post('/login')
    const again = new Browser(await open([current, retired], { keys }), browser.cookies())
    assert.deepEqual((await again.get('/me')).json(), { userId: 'ada' })
    const withoutKeys = new Browser(await open([current, retired]), browser.cookies())
    assert.deepEqual((await withoutKeys.get('/me')).json(), { endReason: 'unreadable' })
  })
})
