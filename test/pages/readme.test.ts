import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { blocks } from './readme-text.ts'
import { Workspace } from './readme-workspace.ts'

const [application] = blocks('js')
const isDeclaration = (block: string) => block.startsWith('declare module')
const declarations = blocks('ts').filter(isDeclaration)
const fragments = blocks('ts').filter((block) => !isDeclaration(block))
const secret = randomBytes(48).toString('base64')

const COUNTRIES = fileURLToPath(
  import.meta.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb'),
)

/** What fragments store in sessions, beside what the page about the content of sessions declares. */
const OTHER_PROPERTIES = `
declare module 'fastify' {
  interface Session {
    doubtedAt?: number
    renewedAt?: number
    role?: string
  }
}`

/** What fragments name of an application's surroundings, as it is here. */
const HERE: [named: string, here: string][] = [
  ['process.env.DATABASE_URL', "'sqlite::memory:'"],
  ["'postgres://localhost/app'", "'sqlite::memory:'"],
  ['process.env.SESSION_SECRET', 'secret'],
  ['/var/lib/geoip/city.mmdb', COUNTRIES],
]
const here = (fragment: string) => HERE.reduce((text, [named, value]) => text.replaceAll(named, value), fragment)

/** Makes a program of a fragment: with an application, the plugin where the fragment does not register it, and an end. */
function programOf(fragment: string): string {
  const isRegistered = /register\((storedSession|fastifySession)\b/.test(fragment)
  const usesApp = /\bapp\./.test(fragment)
  const options = '{ database: "sqlite::memory:", secret, user: (session) => session.userId, history: true }'
  return [
    "import Fastify from 'fastify'",
    ...(fragment.includes('import storedSession') ? [] : ["import storedSession from 'stored-session'"]),
    'const app = Fastify()',
    `const secret = ${JSON.stringify(secret)}`,
    ...(usesApp && !isRegistered ? [`await app.register(storedSession, ${options})`] : []),
    here(fragment),
    'await app.ready()',
    'await app.close()',
  ].join('\n')
}

describe('the code in the README and in the pages that go on', () => {
  let workspace: Workspace
  before(() => {
    workspace = new Workspace()
    workspace.write('application.mjs', application!.replace('port: 3000', 'port: 0'))
    for (const [index, declaration] of [...declarations, OTHER_PROPERTIES].entries())
      workspace.write(`declaration${index}.ts`, `${declaration}\nexport {}\n`)
    for (const [index, fragment] of fragments.entries()) workspace.write(`fragment${index}.ts`, programOf(fragment))
  })
  after(() => workspace.remove())

  test('begins with a whole application, which signs in and out', async () => {
    const child = workspace.start('application.mjs', { SESSION_SECRET: secret, DATABASE_URL: undefined })
    try {
      const address = await addressOf(child.stdout)
      assert.deepEqual(await visit(address), ['nobody', 'ada', 'nobody'])
      assert.ok(existsSync(join(workspace.folder, 'sessions.db')))
    } finally {
      child.kill()
      await once(child, 'close')
    }
  })

  test('does not start without a secret, and says how to make one', async () => {
    const { code, output } = await workspace.run('application.mjs', { SESSION_SECRET: undefined })
    assert.equal(code, 1)
    assert.match(output, /secret is missing; make one with: openssl rand -base64 48/)
  })

  test('compiles under strict rules', async () => {
    assert.equal(await workspace.complaints(), '')
  })

  test('runs, every fragment of it', async () => {
    const imports = fragments.map((_, index) => `await import('./fragment${index}.ts')\nconsole.log(${index})\n`)
    workspace.write('fragments.ts', imports.join(''))
    const { code, output } = await workspace.run('fragments.ts')
    assert.equal(output, fragments.map((_, index) => `${index}\n`).join(''))
    assert.equal(code, 0)
    assert.ok(fragments.length > 5)
  })
})

/** The address in the line that Fastify logs when it listens. */
async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(output)) {
    const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
    if (address) return address
  }
  throw new Error('the application ended before it listened')
}

/** Who one is before signing in, after it, and after signing out, with the cookie of before. */
async function visit(address: string): Promise<string[]> {
  const who = async (cookie = '') => {
    const response = await fetch(address, { headers: { cookie } })
    return ((await response.json()) as { user: string }).user
  }
  const before = await who()
  const login = await fetch(`${address}/login`, { method: 'POST' })
  const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!
  const signedIn = await who(cookie)
  const logout = await fetch(`${address}/logout`, { method: 'POST', headers: { cookie } })
  assert.match(logout.headers.getSetCookie()[0]!, /^sessionId=;/)
  return [before, signedIn, await who(cookie)]
}
