import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { tsImport } from 'tsx/esm/api'
import { findingsOf, runSql, wrongIn } from '../doctor/findings.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { migrateApplication } from '../migrating/application.ts'
import { drizzleKit } from '../migrating/drizzle-kit.ts'
import { userAfterSignIn } from '../migrating/sign-in.ts'
import { builtPackage } from '../packed/built-package.ts'
import { consumer } from '../packed/consumer.ts'
import { commandLine, settingsFor } from './command-line.ts'

const KIT = { sqlite: 'sqlite', pg: 'postgresql', mysql: 'mysql' } as const

forEachDatabase((target) => {
  const { dialect } = target

  test('drizzle-kit makes a table of the schema, with which the doctor finds nothing wrong', async () => {
    const database = await target.create()
    const cwd = consumer(await builtPackage(), ['drizzle-kit'])
    const table = dialect === 'pg' ? 'auth.web' : 'web'
    const args = [
      'generate',
      '--dialect',
      target.name === 'mariadb' ? target.name : KIT[dialect],
      '--table',
      table,
      '--out',
      'db/sessions.ts',
    ]
    const { code, stderr } = await commandLine(args, { cwd })
    assert.equal(code, 0, stderr)
    const config = { dialect: KIT[dialect], schema: './db/sessions.ts', out: './migrations' }
    writeFileSync(join(cwd, 'drizzle.config.ts'), `export default ${JSON.stringify(config)}`)
    await drizzleKit(cwd, ['generate'], {})
    await migrateApplication(database, join(cwd, 'migrations'))
    const { storedSessions } = await tsImport(pathToFileURL(join(cwd, 'db/sessions.ts')).href, import.meta.url)
    const options = { table: storedSessions, migrate: false }
    await runSql(
      database,
      [...stderr.matchAll(/^ {2}(ALTER .*);$/gm)].map(([, statement]) => statement!),
    )
    assert.deepEqual(wrongIn(await findingsOf(database, options)), [])
    assert.equal(await userAfterSignIn({ database: database.url, ...options }), 'ada')
    await database.drop()
  })

  test('the SQL, run by hand, makes tables with which the doctor finds nothing wrong, and migrate goes on from them', async () => {
    const database = await target.create()
    const { code, stdout } = await commandLine(['generate', '--sql'], { env: settingsFor(database) })
    assert.equal(code, 0)
    await runScript(database, stdout)
    assert.deepEqual(wrongIn(await findingsOf(database)), [])
    const status = await commandLine(['migrate', '--status'], { env: settingsFor(database) })
    assert.equal(status.code, 0, status.stdout)
    assert.equal(await userAfterSignIn({ database: database.url, migrate: false }), 'ada')
    await database.drop()
  })
})

/** Runs a script as the client of each database does: statement by statement. */
function runScript(database: TestDatabase, script: string): Promise<void> {
  return runSql(
    database,
    script.split(/;\n/).filter((statement) => statement.trim() !== ''),
  )
}

test('a file with other content stays, and one that is as it should be is left alone', async () => {
  const cwd = temporaryFolder('generate')
  const args = ['generate', '--dialect', 'sqlite', '--out', 'sessions.cjs']
  const first = await commandLine(args, { cwd })
  assert.match(first.stderr, /^Wrote sessions\.cjs\.\n/)
  const content = readFileSync(join(cwd, 'sessions.cjs'), 'utf8')
  assert.match(content, /^const \{ sqliteTable \} = require\('drizzle-orm\/sqlite-core'\)\n/)
  assert.match((await commandLine(args, { cwd })).stderr, /^sessions\.cjs is up to date\.\n/)
  writeFileSync(join(cwd, 'sessions.cjs'), 'mine')
  const refused = await commandLine(args, { cwd })
  assert.deepEqual([refused.code, refused.stderr], [1, 'error: sessions.cjs has other content; --force replaces it\n'])
  assert.equal((await commandLine([...args, '--force', '--json'], { cwd })).stdout, '{"written":["sessions.cjs"]}\n')
  assert.equal(readFileSync(join(cwd, 'sessions.cjs'), 'utf8'), content)
})

test('the dialect is taken from the settings, or asked for', async () => {
  const env = { DATABASE_URL: 'mysql://nobody@127.0.0.1:1/none', STORED_SESSION_TABLE: 'web' }
  const { stdout } = await commandLine(['generate'], { env })
  assert.match(stdout, /mysqlTable\(\n {2}'web',/)
  const { code, stderr } = await commandLine(['generate'], { cwd: temporaryFolder('generate') })
  assert.equal(code, 2)
  assert.match(stderr, /error: the dialect is missing; set --dialect to postgresql, mysql, mariadb or sqlite/)
  assert.equal((await commandLine(['generate', '--dialect', 'oracle'])).code, 2)
})
