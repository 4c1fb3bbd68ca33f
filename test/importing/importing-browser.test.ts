import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type BrowserContext, chromium } from 'playwright-core'
import { commandLine, settingsFor } from '../cli/command-line.ts'
import { chromiumFlags, chromiumProgram } from '../examples/example-chromium.ts'
import { databases } from '../harness/databases.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { openApp } from '../support/app.ts'
import { expressApp, type FormerApp, fastifyApp } from './former-app.ts'
import { installPeers, otherStores } from './other-stores.ts'

let browser: BrowserContext

before(async () => {
  installPeers()
  browser = await chromium.launchPersistentContext(temporaryFolder('chromium'), {
    executablePath: await chromiumProgram(),
    args: chromiumFlags,
  })
})
after(() => browser?.close())

const target = databases[0]!
const kind = otherStores.find(({ dialects }) => dialects.includes(target.dialect))!

const hosts = {
  '@fastify/session': { open: fastifyApp, options: {}, expected: { userId: 'ada', n: 7 } },
  'express-session': {
    open: expressApp,
    options: { cookieName: 'connect.sid', cookiePrefix: 's:' },
    expected: { userId: 'grace', n: 8 },
  },
}

for (const [name, { open, options, expected }] of Object.entries(hosts)) {
  test(`a browser that signed in with ${name} is still signed in after the import`, async () => {
    await browser.clearCookies()
    const other = await kind.open(target)
    const database = await target.create()
    const former: FormerApp = await open(other.store)
    const page = await browser.newPage()
    await page.goto(former.url)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${former.url}/login`)
    const [before] = await browser.cookies()
    await former.close()

    const env = { ...settingsFor(database), SOURCE_URL: other.place.url }
    assert.equal((await commandLine(['migrate'], { env })).code, 0)
    const { code, stderr } = await commandLine(['import', '--from', kind.name], { env })
    assert.equal(code, 0, stderr)

    // In the same place as before, as a new release would be.
    const app = await openApp(database.url, { options, server: { forceCloseConnections: true } })
    await app.listen({ host: '127.0.0.1', port: former.port })
    const response = await page.goto(`${former.url}/me`)
    assert.deepEqual(await response!.json(), expected)
    const [cookie] = await browser.cookies()
    assert.deepEqual([cookie!.name, cookie!.value], [before!.name, before!.value])
    await page.close()
    await app.close()
    await database.drop()
    await other.close()
  })
}
