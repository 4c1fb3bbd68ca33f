import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { filesOf } from '../guides/page-files.ts'
import { exportsOfSource } from '../pages/readme-workspace.ts'
import { HttpVisitor } from '../support/http-visitor.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const TSX = import.meta.resolve('tsx')

/** What a page leaves out, because every application of the framework has it. */
const GIVEN = {
  'beside-sveltekit': {
    'vite.config.js': `import { sveltekit } from '@sveltejs/kit/vite'\nexport default { plugins: [sveltekit()] }\n`,
    'src/app.html': '<!doctype html><html lang="en"><head>%sveltekit.head%</head><body>%sveltekit.body%</body></html>',
  },
  'beside-next': {},
}

/** The application of a page, in a folder whose modules are found above it, as bundlers follow no links out of it. */
class Site {
  readonly folder = mkdtempSync(join(here, '.work-'))
  #stop = async () => {}

  constructor(page: keyof typeof GIVEN) {
    for (const [name, code] of [...filesOf(page), ...Object.entries(GIVEN[page])]) this.#write(name, code)
    this.#write('package.json', '{ "type": "module", "private": true }')
    const exports = exportsOfSource()
    this.#write('node_modules/stored-session/package.json', JSON.stringify({ type: 'module', exports }))
    symlinkSync(join(here, '../../src'), join(this.folder, 'node_modules/stored-session/src'))
  }

  build(command: string, ...args: string[]): void {
    const options = {
      cwd: this.folder,
      encoding: 'utf8',
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
    } as const
    const { status, stdout, stderr } = spawnSync(join(here, 'node_modules/.bin', command), args, options)
    assert.equal(status, 0, stdout + stderr)
  }

  /** Starts the server; its address. */
  async start(): Promise<string> {
    const SESSION_SECRET = randomBytes(48).toString('base64')
    const env = { ...process.env, NODE_ENV: 'production', DATABASE_URL: 'sqlite::memory:', SESSION_SECRET }
    const child = spawn(process.execPath, ['--import', TSX, 'server.js'], {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#stop = async () => {
      child.kill('SIGKILL')
      await once(child, 'close')
    }
    for await (const line of createInterface(child.stdout)) {
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
      if (address) return address
    }
    return assert.fail('the server ended before it listened')
  }

  async end(): Promise<void> {
    await this.#stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #write(name: string, code: string): void {
    const file = join(this.folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, code.replace('port: 3000', 'port: 0'))
  }
}

/** Signs in, is greeted by a page, and signs out; a header of the client changes nothing. */
async function visit(address: string): Promise<void> {
  const pageOf = async (visitor: HttpVisitor) => {
    const response = await visitor.get('/', { 'x-user': 'mallory', userid: 'mallory' })
    assert.equal(response.status, 200)
    return response.text()
  }
  const ada = new HttpVisitor(address)
  const form = await pageOf(ada)
  assert.match(form, /action="\/sign-in"/)
  assert.doesNotMatch(form, /Hello/)
  assert.equal((await ada.submit('/sign-in', { name: 'ada Ł' })).status, 303)
  assert.match(await pageOf(ada), /Hello, ada Ł/)
  const copy = ada.copy()
  await ada.submit('/sign-out')
  assert.equal(ada.cookie, '')
  assert.doesNotMatch(await pageOf(copy), /Hello/)
  assert.equal((await ada.get('/none')).status, 404)
}

for (const [page, command, args] of [
  ['beside-sveltekit', 'vite', ['build']],
  ['beside-next', 'next', ['build']],
] as const) {
  describe(`the application of docs/${page}.md`, () => {
    const site = new Site(page)
    after(() => site.end())

    test('is built, signs in and out, and tells its pages the user', async () => {
      site.build(command, ...args)
      await visit(await site.start())
    })
  })
}
