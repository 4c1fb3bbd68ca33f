import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { secret } from '../support/stores.ts'
import { Workspace } from './readme-workspace.ts'

const page = readFileSync(new URL('../../docs/concurrent-requests.md', import.meta.url), 'utf8')
const [counting, rules, operators] = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code!)

const begin = (options: string) => `
import Fastify from 'fastify'
import storedSession from 'stored-session'
declare module 'fastify' {
  interface Session {
    userId: string
    role: string
    visits?: number
  }
}
const app = Fastify()
${options}
app.post('/sign-in', async (request) => {
  await request.session.regenerate()
  request.session.userId = 'ada'
  return {}
})
app.get('/role', async (request) => ({ role: request.session.role }))
`

test('the code of the page counts, merges, and gives a role to every session', async () => {
  const workspace = new Workspace()
  const registered = rules!.replace(
    '  merge',
    '  cookie: { secure: false }, user: (session) => session.userId as string,\n  merge',
  )
  workspace.write(
    'page.ts',
    `${begin(registered)}
${counting}
const visit = async () => {
  const { cookies } = await app.inject({ method: 'POST', url: '/sign-in' })
  return { sessionId: cookies[0]!.value }
}
const cookies = await visit()
await visit()
const counts = await Promise.all(Array.from({ length: 5 }, () => app.inject({ method: 'POST', url: '/visit', cookies })))
console.log(counts.map((response) => response.json().visits).sort().join())
${operators}
console.log(updated, (await app.inject({ url: '/role', cookies })).json().role)
await app.close()
`,
  )
  try {
    assert.equal(await workspace.complaints(), '')
    const env = { DATABASE_URL: 'sqlite::memory:', SESSION_SECRET: secret }
    assert.deepEqual(await workspace.run('page.ts', env), { code: 0, output: '1,2,3,4,5\n2 editor\n' })
  } finally {
    workspace.remove()
  }
})
