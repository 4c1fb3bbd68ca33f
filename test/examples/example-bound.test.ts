import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openProfile } from '../device-bound/bound-chromium.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { until } from '../support/until.ts'
import { ExampleApp } from './example-app.ts'

test('a browser that can binds the session of the demonstration to its device, and a copied cookie opens nothing', async () => {
  const app = await ExampleApp.start()
  const url = app.url.replace('127.0.0.1', 'localhost')
  const [owner, thief] = [await openProfile(temporaryFolder('home')), await openProfile(temporaryFolder('home'))]
  try {
    await owner.page.goto(url)
    await owner.page.getByLabel('Your name').fill('Ada')
    await owner.page.getByRole('button', { name: 'Sign in' }).click()
    await owner.page.getByRole('heading', { name: 'Hello, Ada' }).waitFor()
    const cookies = () => owner.page.context().cookies()
    await until('the browser has bound the session', async () => (await cookies()).length === 2)
    await owner.page.reload()
    await owner.page.getByText('Bound to this device').waitFor()
    const copied = (await cookies()).filter(({ name }) => name === 'sessionId')
    await thief.page.context().addCookies(copied)
    await thief.page.goto(url)
    await thief.page.getByText('bound to another device').waitFor()
    await owner.page.reload()
    assert.ok(await owner.page.getByRole('heading', { name: 'Hello, Ada' }).isVisible())
  } finally {
    await owner.close()
    await thief.close()
    await app.end('SIGKILL')
  }
})
