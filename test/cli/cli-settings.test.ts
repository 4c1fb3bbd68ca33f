import assert from 'node:assert/strict'
import { existsSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { optionsOfEnvironment } from '../../src/cli/configuration/settings.ts'
import { runsTypeScript } from '../../src/cli/configuration/typescript.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { migrate } from '../migrating/migrated.ts'
import { secret } from '../support/stores.ts'
import { commandLine } from './command-line.ts'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))

/** A folder with files, and a migrated database beside them. */
async function project(files: Record<string, string>): Promise<string> {
  const cwd = temporaryFolder('cli-settings')
  await migrate({ url: `sqlite:${join(cwd, 'a.db')}` })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
  return cwd
}

const OPTIONS = `{ database: 'sqlite:a.db', secret: '${secret}', cookie: { secure: 'auto' }, rolling: true }`

describe('the configuration', () => {
  test('is found as .ts, .js and .mjs, and shared with the plugin: its own options are taken too', async () => {
    const cwd = await project({
      'stored-session.config.js': `export default ${OPTIONS}`,
      'package.json': '{ "type": "module" }',
      'other.mjs': `export default { ...${OPTIONS}, table: 'other_sessions' }`,
    })
    const found = await commandLine(['count'], { cwd, env: { DATABASE_URL: 'sqlite:unused.db' } })
    assert.deepEqual(found, { code: 0, stdout: '0\n', stderr: '' })
    const named = await commandLine(['count', '--config', 'other.mjs'], { cwd })
    assert.deepEqual([named.code, /^error: the table "other_sessions" is missing/.test(named.stderr)], [1, true])
  })

  test('may be TypeScript, which tsx runs where Node does not, and is CommonJS where the project is', async () => {
    const cwd = await project({
      'database.ts': `export enum Place { Sessions = 'sqlite:a.db' }`,
      'stored-session.config.ts': `import { Place } from './database'
        const options: { database: string; secret: string } = { database: Place.Sessions, secret: '${secret}' }
        export default options`,
      'compiled.js': `Object.defineProperty(exports, '__esModule', { value: true }); exports.default = ${OPTIONS}`,
    })
    symlinkSync(modules, join(cwd, 'node_modules'))
    const [typed, compiled] = await Promise.all([
      commandLine(['count'], { cwd }),
      commandLine(['count', '--config', 'compiled.js'], { cwd }),
    ])
    assert.deepEqual([typed, compiled.stdout], [{ code: 0, stdout: '0\n', stderr: '' }, '0\n'])
  })

  test('in TypeScript that nothing here runs is told what to install', async () => {
    const cwd = await project({
      'typed.ts': `const options: { database: string } = { database: 'sqlite:a.db' }\nexport default options`,
      'assigned.cts': `const options: object = { database: 'sqlite:a.db' }\nexport = options`,
    })
    const [typed, assigned] = await Promise.all(
      ['typed.ts', 'assigned.cts'].map((name) => commandLine(['count', '--config', name], { cwd })),
    )
    const asks = /^error: \S+ (is TypeScript, which|has what) Node [\d.]+ does not run by itself.*; install tsx \(npm/
    if (runsTypeScript()) assert.equal(typed!.stdout, '0\n')
    else assert.match(typed!.stderr, asks)
    assert.match(assigned!.stderr, asks)
    assert.deepEqual([assigned!.code, assigned!.stdout], [1, ''])
  })

  test('that does not work is told of by its name', async () => {
    const cwd = await project({
      'broken.mjs': 'export default {',
      'throwing.mjs': `throw new Error('VAULT_ADDR is not set')`,
      'nothing.mjs': 'export const database = 1',
      'misspelt.mjs': `export default { ...${OPTIONS}, idleTimout: '2h' }`,
      'keyless.mjs': `export default { database: 'sqlite:a.db', secret: process.env.SESSION_SECRET }`,
    })
    const messages: [string, RegExp][] = [
      ['absent.mjs', /^error: --config names absent\.mjs, which does not exist\n$/],
      ['broken.mjs', /^error: broken\.mjs cannot be loaded: Unexpected end of input\n$/],
      ['throwing.mjs', /^error: throwing\.mjs cannot be loaded: VAULT_ADDR is not set\n$/],
      ['nothing.mjs', /^error: nothing\.mjs has no default export with the options of register\(/],
      ['misspelt.mjs', /^error: idleTimout is not an option; did you mean idleTimeout\?\n$/],
      [
        'keyless.mjs',
        /^error: this command needs the keys of the sessions, but keyless\.mjs has neither secret nor keys/,
      ],
    ]
    const ends = await Promise.all(messages.map(([name]) => commandLine(['keys', '--config', name], { cwd })))
    for (const [index, [name, message]] of messages.entries()) {
      const { code, stdout, stderr } = ends[index]!
      assert.deepEqual([code, stdout], [1, ''], name)
      assert.match(stderr, message)
    }
  })
})

describe('the environment', () => {
  test('gives the database and the keys, also from a file', async () => {
    const cwd = await project({ '.env': `DATABASE_URL=sqlite:a.db\nSESSION_SECRET=${secret.replaceAll(' ', '-')}\n` })
    const { code, stdout } = await commandLine(['keys', '--env', '.env', '--json'], { cwd })
    assert.deepEqual([code, JSON.parse(stdout).keys.length], [0, 1])
    const missing = await commandLine(['keys', '--env', 'absent'], { cwd })
    assert.deepEqual(missing, {
      code: 1,
      stdout: '',
      stderr: 'error: the file absent, which --env names, cannot be read\n',
    })
  })

  test('gives secrets to the letter, whatever characters they have', () => {
    const odd = `${secret}, and\nmore`
    const env = { DATABASE_URL: 'sqlite:a.db', SESSION_SECRET: odd, FORMER_SESSION_SECRET: secret }
    assert.deepEqual(optionsOfEnvironment(env), { database: 'sqlite:a.db', secret: [odd, secret] })
    assert.deepEqual(optionsOfEnvironment({ DATABASE_URL: 'x', STORED_SESSION_TABLE: 'web' }), {
      database: 'x',
      table: 'web',
    })
  })

  test('is asked for what is missing, and no file is made for a database that is not there', async () => {
    const cwd = temporaryFolder('cli-settings')
    const nothing = await commandLine(['count'], { cwd })
    assert.deepEqual([nothing.code, nothing.stdout], [1, ''])
    assert.match(nothing.stderr, /^error: no database is configured: .* DATABASE_URL is not set/)
    const env = { DATABASE_URL: 'sqlite:mistyped.db' }
    const mistyped = await commandLine(['count'], { cwd, env })
    assert.match(mistyped.stderr, /^error: the database option names mistyped\.db, .* npx stored-session migrate\n$/)
    assert.equal((await commandLine(['migrate', '--status'], { cwd, env })).code, 3)
    assert.equal(existsSync(join(cwd, 'mistyped.db')), false)
    const unreachable = await commandLine(['count'], {
      cwd,
      env: { DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x' },
    })
    assert.deepEqual([unreachable.code, unreachable.stdout], [1, ''])
    assert.match(unreachable.stderr, /^error: the session database could not be used \(.*ECONNREFUSED.*\)/)
    assert.ok(!unreachable.stderr.includes('hunter2'))
  })
})
