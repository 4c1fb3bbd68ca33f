import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ExampleApp } from '../examples/example-app.ts'
import { Visitor } from '../examples/example-visitor.ts'

let app: ExampleApp

before(async () => {
  app = await ExampleApp.start()
})

after(() => app?.end('SIGKILL'))

test('the pages have no script, and could not run one', async () => {
  const visitor = new Visitor()
  const signIn = await visitor.request(app, '/')
  assert.match(signIn.headers.get('content-security-policy')!, /^default-src 'none';/)
  const pages = [
    await signIn.text(),
    await visitor.submit(app, '/sign-in', { name: 'ada' }),
    await visitor.open(app, '/none'),
  ]
  for (const page of pages) assert.doesNotMatch(page, /<script| on\w+=|javascript:/i)
})

test('what a visitor sends is text on the page, never HTML', async () => {
  const visitor = new Visitor()
  const page = await visitor.submit(app, '/sign-in', { name: `<b>x</b>&amp;"'` })
  assert.ok(page.includes('&lt;b&gt;x&lt;/b&gt;&amp;amp;&quot;&#39;'))
  assert.ok(!page.includes('<b>'))
})

test('the page shows what the session holds, each value with the type that it came back with', async () => {
  const visitor = await Visitor.signedIn(app, 'ada')
  await visitor.submit(app, '/count')
  const rows = rowsOf(await visitor.submit(app, '/count'))
  assert.deepEqual(Object.keys(rows), ['signedInAs', 'signedInAt', 'languages', 'count', 'countPerDay'])
  assert.deepEqual(rows.signedInAs, ['String', 'ada'])
  assert.equal(rows.signedInAt?.[0], 'Date')
  assert.equal(rows.languages?.[0], 'Set')
  assert.deepEqual(rows.count, ['Number', '2'])
  assert.equal(rows.countPerDay?.[0], 'Map')
  assert.match(rows.countPerDay[1]!, /^\d{4}-\d\d-\d\d: 2$/)
})

test('a form without a name is shown again with what is wrong, and begins no session', async () => {
  const visitor = new Visitor()
  const response = await visitor.request(app, '/sign-in', { method: 'POST', body: new URLSearchParams({ name: ' ' }) })
  assert.equal(response.status, 400)
  assert.match(await response.text(), /aria-invalid="true"[\s\S]*role="alert">Please enter a name\./)
  assert.equal(visitor.cookie, '')
})

test('the cookie is out of reach for scripts and for forms of other sites', async () => {
  const body = new URLSearchParams({ name: 'ada' })
  const response = await new Visitor().request(app, '/sign-in', { method: 'POST', body })
  assert.match(response.headers.getSetCookie()[0]!, /; Path=\/; HttpOnly; SameSite=Lax$/)
})

test('anything but a form is refused with a page', async () => {
  const headers = { 'content-type': 'application/json' }
  const response = await new Visitor().request(app, '/sign-in', { method: 'POST', body: '{"name":"ada"}', headers })
  assert.equal(response.status, 415)
  assert.match(await response.text(), /<h1>That did not work<\/h1>/)
})

/** The table of values: by name, the type and the text. */
function rowsOf(page: string): Record<string, string[]> {
  const rows = page.matchAll(/<th scope="row"><code>(\w+)<\/code><\/th><td>(\w+)<\/td><td>(.*?)<\/td>/g)
  return Object.fromEntries(Array.from(rows, ([, name, type, value]) => [name, [type, value!.replace(/<.*?>/g, '')]]))
}
