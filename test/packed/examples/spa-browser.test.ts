import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Browser, chromium } from 'playwright-core'
import { chromiumFlags, chromiumProgram } from '../../examples/example-chromium.ts'
import { assertAccessible, assertFits } from '../../support/browser-page.ts'
import { HttpVisitor } from '../../support/http-visitor.ts'
import { linkedExample } from './linked-example.ts'
import { ADA, bodyOf, WRONG } from './requests.ts'

const WIDTH = 360
// A browser without a window names itself differently.
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'

let browser: Browser

before(async () => {
  browser = await chromium.launch({ executablePath: await chromiumProgram(), args: chromiumFlags })
})
after(() => browser?.close())

test('spa-devices works in a browser: sign in, see the devices, sign out one, all others, and everywhere', async () => {
  const project = await linkedExample('spa-devices')
  await project.running(async ({ url }) => {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: 640 }, userAgent: CHROME })
    const errors: string[] = []
    page.on('pageerror', ({ message }) => errors.push(message))
    const signIn = async ({ name, password }: typeof ADA) => {
      await page.getByLabel('Name').fill(name)
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
    }
    const others = [new HttpVisitor(url), new HttpVisitor(url), new HttpVisitor(url)]
    for (const visitor of others) await visitor.post('/login', ADA)

    await page.goto(url)
    await signIn(WRONG)
    await page.getByText('Name or password is wrong.').waitFor()
    await assertAccessible(page)
    await signIn(ADA)
    const items = page.getByRole('listitem')
    await items.nth(3).waitFor()
    assert.match((await items.first().textContent())!, /Chrome on Linux, this device/)
    await assertAccessible(page)
    await assertFits(page, WIDTH)

    await items.nth(3).getByRole('button', { name: 'Sign out' }).click()
    await items.nth(3).waitFor({ state: 'detached' })
    assert.equal(await items.count(), 3)
    await page.getByRole('button', { name: 'Sign out all other devices' }).click()
    await items.nth(1).waitFor({ state: 'detached' })
    for (const visitor of others) assert.deepEqual(await bodyOf(visitor.get('/me')), { user: null })
    await page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await page.getByLabel('Name').waitFor()
    assert.deepEqual(errors, [])
    await page.close()
  })
})
