import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { forEachDatabase } from '../harness/databases.ts'
import { isPooled } from '../harness/pooled-database.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { builtPackage } from '../packed/built-package.ts'
import { consumer } from '../packed/consumer.ts'
import { commandLine } from './command-line.ts'

/** A kind of project that there is. */
interface Kind {
  readonly driver: string
  readonly isTypeScript?: boolean
  readonly isModule?: boolean
  /** Whether the compiler takes imports and exports as they are written, for its TypeScript in CommonJS. */
  readonly isVerbatim?: boolean
}

const KINDS: Record<string, Kind[]> = {
  sqlite: [
    { driver: 'better-sqlite3', isModule: true },
    { driver: 'better-sqlite3' },
    { driver: 'better-sqlite3', isTypeScript: true, isModule: true },
    { driver: 'better-sqlite3', isTypeScript: true },
    { driver: 'better-sqlite3', isTypeScript: true, isVerbatim: true },
  ],
  postgres: [
    { driver: 'postgres', isModule: true },
    { driver: 'pg', isTypeScript: true, isModule: true },
    { driver: 'pg' },
  ],
  mariadb: [{ driver: 'mysql2' }],
  mysql: [{ driver: 'mysql2', isTypeScript: true, isModule: true }],
}

forEachDatabase((target) => {
  for (const kind of KINDS[isPooled(target.name) ? 'postgres' : target.name] ?? []) {
    const language = `${kind.isTypeScript ? 'TypeScript' : 'JavaScript'}, ${kind.isModule ? 'ESM' : kind.isVerbatim ? 'verbatim CommonJS' : 'CommonJS'}`

    test(`a project with ${kind.driver} in ${language} starts with what was written and shown, at once`, async () => {
      const [database, folder] = [await target.create(), await project(kind)]
      const env = { DATABASE_URL: database.url }
      const { code, stdout } = await commandLine(['init', '--yes', '--json'], { cwd: folder })
      assert.equal(code, 0)
      const { written, snippet, secret } = JSON.parse(stdout)
      const configuration = `stored-session.config.${kind.isTypeScript ? 'ts' : 'js'}`
      assert.deepEqual([written, secret], [[configuration, '.env.example', '.env'], undefined])
      const program = `app.${kind.isTypeScript ? 'ts' : 'js'}`
      writeFileSync(join(folder, program), snippet)
      const tools = { cwd: folder, env }
      const migrated = await commandLine(['migrate', '--env', '.env'], tools)
      assert.equal(migrated.code, 0, migrated.stderr)
      const [answer, doctor] = await Promise.all([
        answerOf(folder, program, env),
        commandLine(['doctor', '--env', '.env'], tools),
      ])
      assert.deepEqual(answer, { user: 'nobody' })
      assert.equal(doctor.code, 0, doctor.stdout)
      assert.match(
        doctor.stdout,
        new RegExp(`^ok +settings +the options in ${configuration.replaceAll('.', '\\.')} are valid`, 'm'),
      )
      await database.drop()
    })
  }
})

const VERBATIM = JSON.stringify({ compilerOptions: { module: 'nodenext', verbatimModuleSyntax: true } })

async function project({ driver, isTypeScript, isModule, isVerbatim }: Kind): Promise<string> {
  const tools = isTypeScript ? ['tsx', 'typescript', '@types/node'] : []
  const folder = consumer(await builtPackage(), [driver, ...tools])
  const type = isModule ? { type: 'module' } : {}
  write(folder, 'package.json', JSON.stringify({ private: true, ...type, dependencies: { [driver]: '*' } }))
  if (!isTypeScript) rmSync(join(folder, 'tsconfig.json'))
  if (isVerbatim) write(folder, 'tsconfig.json', VERBATIM)
  inGit(folder, '.env\n')
  return folder
}

function inGit(folder: string, ignored: string): void {
  assert.equal(spawnSync('git', ['init', '--quiet'], { cwd: folder }).status, 0)
  write(folder, '.gitignore', ignored)
}

const write = (folder: string, path: string, text: string) => writeFileSync(join(folder, path), text)
const read = (folder: string, path: string) => readFileSync(join(folder, path), 'utf8')

/** What the application answers, started as its owner would. */
async function answerOf(folder: string, program: string, env: NodeJS.ProcessEnv): Promise<unknown> {
  const runner = program.endsWith('.ts') ? ['--import', 'tsx'] : []
  const child = spawn(process.execPath, [...runner, '--env-file=.env', program], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    for await (const line of createInterface(child.stdout)) {
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
      if (address) return await (await fetch(address)).json()
    }
    throw new Error('the application ended before it listened')
  } finally {
    child.kill()
    if (child.exitCode === null) await once(child, 'close')
  }
}

/** A folder with a package.json alone. */
function bare(dependencies: object, ignored?: string): string {
  const folder = temporaryFolder('init')
  write(folder, 'package.json', JSON.stringify({ type: 'module', dependencies }))
  if (ignored !== undefined) inGit(folder, ignored)
  return folder
}

test('what is there already stays, and a second run has nothing to do', async () => {
  const cwd = bare({ postgres: '*' }, '.env\n')
  write(cwd, '.env', 'PORT=8080')
  write(cwd, '.env.example', 'DATABASE_URL=mine\n')
  assert.equal((await commandLine(['init', '--yes'], { cwd })).code, 0)
  assert.match(read(cwd, '.env'), /^PORT=8080\nSESSION_SECRET=[\w-]{64}\n$/)
  assert.match(read(cwd, '.env.example'), /^DATABASE_URL=mine\n#.*\nSESSION_SECRET=\n$/)
  const before = ['stored-session.config.js', '.env', '.env.example'].map((path) => read(cwd, path))
  const again = await commandLine(['init'], { cwd })
  assert.deepEqual([again.code, again.stdout], [0, ''])
  assert.match(again.stderr, /^There is nothing to do\.\n/)
  write(cwd, 'stored-session.config.js', 'export default { mine: true }\n')
  const kept = await commandLine(['init', '--yes'], { cwd })
  assert.match(kept.stderr, /stored-session\.config\.js exists with other content and was kept; --force replaces it\./)
  assert.equal(read(cwd, 'stored-session.config.js'), 'export default { mine: true }\n')
  assert.equal((await commandLine(['init', '--yes', '--force'], { cwd })).code, 0)
  assert.deepEqual(
    ['stored-session.config.js', '.env', '.env.example'].map((path) => read(cwd, path)),
    before,
  )
})

test('a secret goes into no file that git may commit: it is told once, on stdout', async () => {
  for (const ignored of ['node_modules\n', undefined]) {
    const cwd = bare({ mysql2: '*' }, ignored)
    const { code, stdout, stderr } = await commandLine(['init', '--yes'], { cwd })
    assert.equal(code, 0)
    const [, secret] = /^SESSION_SECRET=([\w-]{64})\n$/.exec(stdout)!
    assert.equal(existsSync(join(cwd, '.env')), false)
    assert.doesNotMatch(stderr + read(cwd, '.env.example') + read(cwd, 'stored-session.config.js'), new RegExp(secret!))
    assert.equal((await commandLine(['init', '--yes'], { cwd })).stdout, '')
  }
})

test('a secret in .env is shown nowhere, and for its owner to read', async () => {
  const cwd = bare({ 'better-sqlite3': '*' }, '.env\n')
  const { stdout, stderr } = await commandLine(['init', '--yes'], { cwd })
  const [, secret] = /^SESSION_SECRET=(.*)\n$/.exec(read(cwd, '.env'))!
  assert.doesNotMatch(stdout + stderr, new RegExp(secret!))
  assert.equal(statSync(join(cwd, '.env')).mode & 0o077, 0)
  assert.match(stderr, /git would commit the session database; ignore it: echo 'sessions\.db\*' >> \.gitignore/)
})

test('a drizzle-kit that would drop the tables of the sessions gets a filter, once', async () => {
  const hint =
    /drizzle-kit push drops the tables .*; add to drizzle\.config\.ts: tablesFilter: \['!stored_sessions\*'\]\n/
  const configs = [undefined, 'export default {}', "export default { tablesFilter: ['!stored_sessions*'] }"]
  for (const config of configs) {
    const cwd = bare({ postgres: '*' }, '.env\n')
    if (config !== undefined) write(cwd, 'drizzle.config.ts', config)
    const { stderr } = await commandLine(['init', '--dry-run'], { cwd })
    if (config === configs[1]) assert.match(stderr, hint)
    else assert.doesNotMatch(stderr, /drizzle-kit/)
  }
})

test('nothing is written in a rehearsal, or where nobody agreed', async () => {
  const cwd = bare({ postgres: '*' }, '.env\n')
  const rehearsal = await commandLine(['init', '--dry-run'], { cwd })
  assert.deepEqual([rehearsal.code, rehearsal.stdout], [0, ''])
  assert.match(rehearsal.stderr, /^New stored-session\.config\.js:\n\n {2}\/\*\*/)
  const unasked = await commandLine(['init'], { cwd })
  assert.equal(unasked.code, 2)
  assert.match(
    unasked.stderr,
    /error: nothing was written, because there is no terminal for the confirmation; pass --yes/,
  )
  for (const path of ['stored-session.config.js', '.env', '.env.example']) assert.ok(!existsSync(join(cwd, path)), path)
})

test('a project without a driver, with several, or without a package.json is told what to say', async () => {
  const said = async (cwd: string, ...args: string[]) => {
    const { code, stderr } = await commandLine(['init', '--dry-run', ...args], { cwd })
    return `${code} ${stderr}`
  }
  const both = bare({ mysql2: '*', postgres: '*' })
  const cases: [said: Promise<string>, expected: RegExp][] = [
    [said(bare({})), /^2 error: package\.json has no driver of a database/],
    [said(both), /^2 error: package\.json has several drivers \(mysql2, postgres\)/],
    [said(both, '--driver', 'mysql2'), /^0 [\s\S]*mysql:\/\/user:password@/],
    [said(both, '--driver', 'oracle'), /^2 error: --driver must be one of/],
    [said(bare({ pg: '*', postgres: '*' })), /^0 [\s\S]*process\.env\.DATABASE_URL,/],
    [said(temporaryFolder('empty')), /^1 error: there is no package\.json in this folder/],
  ]
  for (const [words, expected] of cases) assert.match(await words, expected)
})
