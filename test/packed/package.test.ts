import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { publint } from 'publint'
import { consumer } from './consumer.ts'
import { filesIn, packed, run } from './package.ts'

/** What only those who measure need. */
const TELEMETRY = ['@opentelemetry/api', 'prom-client']

let folder: string
let source: string

before(async () => {
  const result = await packed()
  folder = result.folder
  source = result.source
})

test('the package has what was built, the migrations, and the documents; no tests, no sources', () => {
  const sources = filesIn(join(source, 'src')).map((path) => path.replace(/\.ts$/, ''))
  const built = sources.flatMap((path) => [`dist/${path}.d.ts`, `dist/${path}.js`])
  const migrations = filesIn(join(source, 'drizzle')).map((path) => `drizzle/${path}`)
  const documents = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md']
  const expected = [...built, ...migrations, ...documents, 'drizzle.config.ts', 'package.json']
  const files = filesIn(folder)
  const unexpected = files.filter((file) => !expected.includes(file))
  const absent = expected.filter((file) => !files.includes(file))
  assert.deepEqual({ unexpected, absent }, { unexpected: [], absent: [] })
})

test('the package has nothing that publint would complain of', async () => {
  const { messages } = await publint({ pkgDir: folder, strict: true })
  assert.deepEqual(messages, [])
})

test('an ESM project imports the plugin, the named exports and the schemas, and signs in', async () => {
  const project = consumer(folder, ['better-sqlite3'])
  assert.equal(await outputOf(project, 'esm.mjs'), 'signed in: ada\n')
})

test('a CommonJS project gets the plugin itself from require(), with all exports on it, and signs in', async () => {
  const project = consumer(folder, ['better-sqlite3'])
  assert.equal(await outputOf(project, 'commonjs.cjs'), 'signed in: ada\n')
})

test('a TypeScript project compiles without a complaint about our types, as ESM and as CommonJS, and signs in', async () => {
  const project = consumer(folder, ['better-sqlite3', 'typescript', '@types/node', ...TELEMETRY])
  assert.deepEqual(await complaints(project), [])
  assert.equal(await outputOf(project, 'built/typescript.js'), 'signed in: ada\n')
  assert.equal(await outputOf(project, 'built/typescript-commonjs.cjs'), 'reason: none\n')
})

test('a TypeScript project with other sessions gets the limits, and no types of @fastify/session', async () => {
  const project = consumer(folder, ['@fastify/secure-session', 'typescript', '@types/node'])
  assert.deepEqual(await complaints(project, 'tsconfig-limits.json'), [])
  assert.equal(await outputOf(project, 'built/typescript-limits.js'), 'limited: none\n')
})

test('a project that measures installs what it measures with, and no other project needs it', async () => {
  const measuring = consumer(folder, ['better-sqlite3', ...TELEMETRY])
  assert.equal(await outputOf(measuring, 'telemetry.mjs'), 'prometheus: measured\notel: measured\n')
  const other = consumer(folder, ['better-sqlite3'])
  assert.deepEqual((await outputOf(other, 'telemetry.mjs')).trim().split('\n'), [
    "prometheus: Cannot find package 'prom-client'",
    "otel: Cannot find package '@opentelemetry/api'",
  ])
})

test('a driver that is not installed is asked for by the name of its package', async () => {
  const project = consumer(folder, [])
  assert.deepEqual((await outputOf(project, 'missing-drivers.mjs')).trim().split('\n'), [
    missing('SQLite', 'better-sqlite3'),
    missing('MySQL and MariaDB', 'mysql2'),
    missing('PostgreSQL', 'postgres'),
    missing('MaxMind', 'maxmind'),
  ])
})

const missing = (databases: string, name: string) =>
  `FST_STORED_SESSION_MISSING_DRIVER stored-session: ${databases} databases need the package "${name}"; install it: npm install ${name}`

async function outputOf(project: string, program: string): Promise<string> {
  return (await run(process.execPath, [program], { cwd: project })).stdout
}

/** What the compiler says, declarations included, but for those of drizzle-orm, which name drivers nobody installed. */
async function complaints(project: string, configuration = 'tsconfig.json'): Promise<string[]> {
  const compiler = join('node_modules', 'typescript', 'bin', 'tsc')
  const { stdout } = await run(process.execPath, [compiler, '-p', configuration], { cwd: project }).catch(
    (failure) => failure,
  )
  const lines = String(stdout).split('\n')
  return lines.filter((line) => /^[^ ].*error TS/.test(line) && !line.includes('node_modules/drizzle-orm/'))
}
